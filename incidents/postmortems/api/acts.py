"""/api/v1/postmortems: the blameless check, import and export, review, publishing, readers, the meeting."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from incidents.postmortems.api import schemas
from incidents.postmortems.api.act_schemas import (
    BlameFindingsOut,
    BlamelessBody,
    PostmortemImportBody,
    PostmortemImportOut,
    PostmortemMeetingBody,
    PostmortemMeetingOut,
    PostmortemReviewOut,
    PublishBody,
    ReaderOut,
    ReviewAnswerBody,
    ReviewAskBody,
    SimilarOut,
    TakeBackBody,
)
from incidents.postmortems.domain.exporting import file_name, to_json, to_markdown
from incidents.postmortems.domain.importing import Imported, read
from incidents.postmortems.domain.states import ReviewAnswer
from incidents.postmortems.models import Meeting, Postmortem, ReadReceipt, Review
from incidents.postmortems.selectors import postmortems as selectors
from incidents.postmortems.selectors.exported import exported
from incidents.postmortems.selectors.recurrence import similar
from incidents.postmortems.selectors.words import findings
from incidents.postmortems.services import importing, meetings, publishing, reviews
from incidents.postmortems.services.meetings import MeetingDraft
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Postmortems"])


@router.post("/blameless", response=BlameFindingsOut, operation_id="checkBlameless", summary="Check words for blame")
def blameless(request: AccessRequest, body: BlamelessBody) -> Any:
    """It warns, and never stores what it reads."""
    team_id = team_named(caller=request.caller, slug=body.team).pk if body.team else None
    return {"findings": findings(text=body.text, team_id=team_id)}


@router.post(
    "/import",
    response={200: PostmortemImportOut, 201: PostmortemImportOut},
    operation_id="importPostmortem",
    summary="Import one",
)
def import_one(request: AccessRequest, body: PostmortemImportBody) -> Any:
    """A draft of the team, from Markdown of any shape; what is not recognised goes to sections of its own."""
    team = team_named(caller=request.caller, slug=body.team)
    require(caller=request.caller, team_id=team.pk, role=Role.RESPONDER)
    found = read(text=body.text, name=body.name)
    if body.dry_run:
        return Status(200, _imported(found, None))
    made = importing.create(
        caller=request.caller,
        team_id=team.pk,
        imported=found,
        name=body.name,
        with_actions=body.with_actions,
        now=timezone.now(),
    )
    return Status(201, _imported(found, made.pk))


@router.get("/{int:number}/export", operation_id="exportPostmortem", summary="Download a postmortem")
def export(
    request: AccessRequest, number: int, file_format: Annotated[Literal["md", "json"], Query(alias="format")] = "md"
) -> HttpResponse:
    """Markdown that can be imported again, or JSON."""
    found = selectors.postmortem(caller=request.caller, number=number)
    document = exported(caller=request.caller, postmortem=found)
    text, kind = (
        (to_json(document), "application/json") if file_format == "json" else (to_markdown(document), "text/markdown")
    )
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(document, file_format)}"'
    return response


@router.get("/{int:number}/similar", response=list[SimilarOut], operation_id="similarPostmortems", summary="Alike ones")
def similar_ones(request: AccessRequest, number: int) -> Any:
    """By services, tags, categories of factors and words; the most alike first."""
    found = selectors.postmortem(caller=request.caller, number=number)
    rows = similar(caller=request.caller, postmortem=found)
    return [
        {"number": one.postmortem.pk, "title": one.postmortem.title, "score": round(one.score, 3), "why": one.why}
        for one in rows
    ]


@router.get(
    "/{int:number}/reviews", response=list[PostmortemReviewOut], operation_id="listReviews", summary="Who reviews it"
)
def list_reviews(request: AccessRequest, number: int) -> Any:
    """Of the current round. Members of the team."""
    found = _of_team(request, number, Role.VIEWER)
    return [_review(one) for one in reviews.reviews_now(postmortem=found)]


@router.post(
    "/{int:number}/reviews", response=list[PostmortemReviewOut], operation_id="askReview", summary="Ask for a review"
)
def ask_review(request: AccessRequest, number: int, body: ReviewAskBody) -> Any:
    """They are told in their own way."""
    found = _of_team(request, number, Role.RESPONDER)
    reviews.ask(caller=request.caller, postmortem=found, reviewer_ids=body.reviewers, now=timezone.now())
    return [_review(one) for one in reviews.reviews_now(postmortem=found)]


@router.post(
    "/{int:number}/reviews/answer", response=PostmortemReviewOut, operation_id="answerReview", summary="Answer a review"
)
def answer_review(request: AccessRequest, number: int, body: ReviewAnswerBody) -> Any:
    """The caller's own, who was asked."""
    found = _of_team(request, number, Role.RESPONDER)
    made = reviews.answer(
        caller=request.caller,
        postmortem=found,
        answer=ReviewAnswer(body.answer),
        comment=body.comment,
        now=timezone.now(),
    )
    return _review(made)


@router.post(
    "/{int:number}/publish", response=schemas.PostmortemOut, operation_id="publishPostmortem", summary="Publish it"
)
def publish(request: AccessRequest, number: int, body: PublishBody) -> Any:
    """An approved one, to the organisation or to the team."""
    found = _of_team(request, number, Role.RESPONDER)
    is_wide = not found.team.is_private if body.is_for_organisation is None else body.is_for_organisation
    publishing.publish(caller=request.caller, postmortem=found, is_for_organisation=is_wide, now=timezone.now())
    return _postmortem(request, number)


@router.post(
    "/{int:number}/unpublish",
    response=schemas.PostmortemOut,
    operation_id="unpublishPostmortem",
    summary="Take it back",
)
def unpublish(request: AccessRequest, number: int, body: TakeBackBody) -> Any:
    """It is a draft of the team again; the reason stays in its history."""
    found = _of_team(request, number, Role.RESPONDER)
    publishing.unpublish(caller=request.caller, postmortem=found, reason=body.reason, now=timezone.now())
    return _postmortem(request, number)


@router.get(
    "/{int:number}/readers", response=Page[ReaderOut], operation_id="listReaders", summary="Who has read a postmortem"
)
def list_readers(request: AccessRequest, number: int, query: Query[PageQuery]) -> Any:
    """Who opened it last first."""
    found = selectors.postmortem(caller=request.caller, number=number)
    rows = found.receipts.select_related("user").order_by("-opened_at", "-pk")
    page = page_of(queryset=rows, query=query)
    return {**page, "items": [_reader(one) for one in page["items"]]}


@router.post("/{int:number}/read", response=ReaderOut, operation_id="confirmRead", summary="Say that you have read it")
def confirm_read(request: AccessRequest, number: int) -> Any:
    """Only persons read: tokens of teams are refused."""
    return _reader(publishing.confirm(caller=request.caller, number=number, now=timezone.now()))


@router.get(
    "/{int:number}/meeting", response=PostmortemMeetingOut | None, operation_id="getMeeting", summary="Read the meeting"
)
def get_meeting(request: AccessRequest, number: int) -> Any:
    """Null when none was planned. Members of the team."""
    return _meeting(_of_team(request, number, Role.VIEWER))


@router.put(
    "/{int:number}/meeting", response=PostmortemMeetingOut, operation_id="planMeeting", summary="Plan the meeting"
)
def plan_meeting(request: AccessRequest, number: int, body: PostmortemMeetingBody) -> Any:
    """Whoever is invited gets a mail with the event; who is not any more a cancellation."""
    found = _of_team(request, number, Role.RESPONDER)
    data = body.dict()
    expected = data.pop("revision")
    if data["starts_at"].tzinfo is None:
        data["starts_at"] = data["starts_at"].replace(tzinfo=timezone.get_default_timezone())
    draft = MeetingDraft(**data)
    meetings.plan(caller=request.caller, postmortem=found, draft=draft, expected_revision=expected, now=timezone.now())
    return _meeting(_of_team(request, number, Role.RESPONDER))


@router.delete(
    "/{int:number}/meeting", response={204: None}, operation_id="cancelMeeting", summary="Cancel the meeting"
)
def cancel_meeting(request: AccessRequest, number: int) -> Any:
    """Whoever was told of it is told that it is off."""
    meetings.cancel(caller=request.caller, postmortem=_of_team(request, number, Role.RESPONDER), now=timezone.now())
    return Status(204, None)


def _of_team(request: AccessRequest, number: int, role: Role) -> Postmortem:
    found = selectors.postmortem(caller=request.caller, number=number)
    require(caller=request.caller, team_id=found.team_id, role=role)
    return found


def _postmortem(request: AccessRequest, number: int) -> dict[str, Any]:
    found = selectors.postmortem(caller=request.caller, number=number)
    return schemas.postmortem_out(found, caller=request.caller)


def _imported(found: Imported, number: int | None) -> dict[str, Any]:
    same = ("title", "severity", "milestones", "recognised", "unsure")
    return {"number": number, **{name: getattr(found, name) for name in same}}


def _review(one: Review) -> dict[str, Any]:
    same = ("asked_at", "answer", "comment", "answered_at")
    return {"reviewer": one.reviewer_name, **{name: getattr(one, name) for name in same}}


def _reader(one: ReadReceipt) -> dict[str, Any]:
    same = ("revision", "opened_at", "confirmed_at")
    return {"name": one.user.name, **{name: getattr(one, name) for name in same}}


def _meeting(found: Postmortem) -> dict[str, Any] | None:
    row = Meeting.objects.filter(postmortem=found).first()
    if row is None:
        return None
    same = ("starts_at", "length_minutes", "zone", "place", "agenda", "revision", "cancelled_at")
    people = list(row.people.order_by("name", "pk").values_list("name", flat=True))
    return {"people": people, **{name: getattr(row, name) for name in same}}
