"""/api/v1/postmortems: documents, their sections, evidence and history."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from incidents.postmortems.api import schemas
from incidents.postmortems.domain.states import State
from incidents.postmortems.domain.versions import TYPED
from incidents.postmortems.models import Postmortem, Section, Snapshot, Version
from incidents.postmortems.selectors import postmortems as selectors
from incidents.postmortems.selectors.postmortems import PostmortemFilters
from incidents.postmortems.services import drafting, postmortems, sections
from incidents.postmortems.services.sections import Base
from incidents.postmortems.services.whys import nodes_of
from incidents.response.selectors.incidents import incident as incident_numbered
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Postmortems"])
_WITHOUT_FIGURE = ("columns", "rows")


class PostmortemsQuery(PageQuery):
    q: Annotated[str, Field(max_length=200, description="words anywhere in them; all of them")] = ""
    state: schemas.StateWord | None = None
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    severity: Annotated[int | None, Field(ge=1, le=5)] = None
    factor: schemas.CategoryWord | None = None
    tag: Annotated[str, Field(max_length=40)] = ""


@router.get("", response=Page[schemas.PostmortemOut], operation_id="listPostmortems", summary="List postmortems")
def list_all(request: AccessRequest, query: Query[PostmortemsQuery]) -> Any:
    """The newest incident first."""
    filters = PostmortemFilters(
        text=query.q.replace("\0", ""),
        states=(State(query.state),) if query.state else (),
        team_slug=query.team,
        service_name=query.service,
        severities=(query.severity,) if query.severity else (),
        category=query.factor or "",
        tags=(query.tag,) if query.tag else (),
    )
    page = page_of(queryset=selectors.list_postmortems(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [schemas.postmortem_out(one, caller=request.caller) for one in page["items"]]}


@router.post(
    "", response={201: schemas.PostmortemDetail}, operation_id="draftPostmortem", summary="Draft from an incident"
)
def draft(request: AccessRequest, response: HttpResponse, body: schemas.PostmortemCreate) -> Any:
    """With timeline, impact, charts, metrics and suspects; that which there is when it was drafted before."""
    incident = incident_numbered(caller=request.caller, number=body.incident)
    made = drafting.draft_from(caller=request.caller, incident=incident, now=timezone.now())
    return Status(201, _answer(request, response, made.pk))


@router.get(
    "/{int:number}", response=schemas.PostmortemDetail, operation_id="getPostmortem", summary="Read a postmortem"
)
def get_one(request: AccessRequest, response: HttpResponse, number: int) -> Any:
    return _answer(request, response, number)


@router.patch(
    "/{int:number}",
    response=schemas.PostmortemDetail,
    operation_id="changePostmortem",
    summary="Change title, facilitator and tags",
)
def change(
    request: AccessRequest,
    response: HttpResponse,
    number: int,
    body: schemas.PostmortemChange,
    if_match: IfMatch = None,
) -> Any:
    """What is absent stays. Who responded may not facilitate: 422 says why."""
    found = writable(request, number)
    expected = expected_revision(if_match=if_match, in_body=body.revision, stored=found.revision)
    is_named = "facilitator" in body.model_fields_set
    postmortems.edit(
        caller=request.caller,
        postmortem=found,
        title=body.title,
        facilitator_id=_member(found, body.facilitator) if is_named and body.facilitator else None,
        is_without_facilitator=is_named and not body.facilitator,
        tags=body.tags,
        expected_revision=expected,
        now=timezone.now(),
    )
    return _answer(request, response, number)


@router.post(
    "/{int:number}/import",
    response=schemas.TakenOver,
    operation_id="refreshPostmortem",
    summary="Take over from the incident again",
)
def refresh(request: AccessRequest, number: int) -> Any:
    """Later entries of the timeline, milestones and numbers as they are now; what people wrote stays."""
    found = writable(request, number)
    return {"added": drafting.refresh(caller=request.caller, postmortem=found, now=timezone.now())}


@router.put(
    "/{int:number}/sections/{slug}",
    response=schemas.SectionSaved,
    operation_id="writePostmortemSection",
    summary="Write a section",
)
def write_section(request: AccessRequest, number: int, slug: str, body: schemas.SectionWrite) -> Any:
    """Merged with what others saved since `base`; where both changed the same words 409 has both texts."""
    found = writable(request, number)
    base = None if body.base is None else Base(body.base)
    saved = sections.save(
        caller=request.caller, postmortem=found, slug=slug, text=body.text, base=base, now=timezone.now()
    )
    return {
        **schemas.section_out(saved.section),
        "outcome": saved.outcome.value,
        "merged_with": list(saved.with_names),
    }


@router.post(
    "/{int:number}/sections",
    response={201: schemas.SectionOut},
    operation_id="addPostmortemSection",
    summary="Add a section of your own",
)
def add_section(request: AccessRequest, number: int, body: schemas.SectionCreate) -> Any:
    found = writable(request, number)
    made: Section = sections.add(
        caller=request.caller, postmortem=found, title=body.title, text=body.text, now=timezone.now()
    )
    return Status(201, schemas.section_out(made))


@router.delete(
    "/{int:number}/sections/{slug}",
    response={204: None},
    operation_id="removePostmortemSection",
    summary="Remove a section of your own",
)
def remove_section(request: AccessRequest, number: int, slug: str) -> Any:
    """The history keeps its words."""
    found = writable(request, number)
    sections.remove(caller=request.caller, postmortem=found, slug=slug, now=timezone.now())
    return Status(204, None)


@router.get(
    "/{int:number}/evidence",
    response=list[schemas.PostmortemEvidenceOut],
    operation_id="listPostmortemEvidence",
    summary="Impact, metrics, suspects and charts as numbers",
)
def list_evidence(request: AccessRequest, number: int) -> Any:
    found = selectors.postmortem(caller=request.caller, number=number)
    return [
        {
            "kind": one.kind,
            "key": one.key,
            "title": one.title,
            "numbers": {name: one.chart[name] for name in _WITHOUT_FIGURE}
            if one.kind == Snapshot.Kind.CHART
            else one.numbers,
            "taken_at": one.taken_at,
        }
        for one in found.snapshots.order_by("position", "pk")
    ]


@router.get(
    "/{int:number}/history",
    response=Page[schemas.PostmortemVersionOut],
    operation_id="listPostmortemHistory",
    summary="Every change",
)
def list_history(request: AccessRequest, number: int, query: Query[PageQuery]) -> Any:
    """The newest first. Read by the team: former words are not published."""
    found = selectors.postmortem(caller=request.caller, number=number)
    if not request.caller.may_read(found.team_id):
        raise NotFound("the history of a postmortem is read by its team")
    versions = Version.objects.filter(postmortem=found).exclude(what=TYPED).order_by("-number", "-pk")
    page = page_of(queryset=versions, query=query)
    same = ("number", "what", "key", "title", "at", "note", "before", "after")
    items = [
        {**{name: getattr(one, name) for name in same}, "id": one.pk, "author": one.author_name}
        for one in page["items"]
    ]
    return {**page, "items": items}


def writable(request: AccessRequest, number: int) -> Postmortem:
    """For somebody who may write it. Raises NotFound, Forbidden."""
    found = selectors.postmortem(caller=request.caller, number=number)
    require(caller=request.caller, team_id=found.team_id, role=Role.RESPONDER)
    return found


def _member(postmortem: Postmortem, email: str) -> int:
    """Raises Invalid, since the body names the person and not the address."""
    for user, _ in postmortems.facilitators(postmortem=postmortem):
        if user.email.lower() == email.strip().lower():
            return user.pk
    raise Invalid(details=[{"field": "facilitator", "message": "is nobody of the team: name a member of it"}])


def _answer(request: AccessRequest, response: HttpResponse, number: int) -> dict[str, Any]:
    row = selectors.postmortem(caller=request.caller, number=number)
    tag(response, row.revision)
    return {
        **schemas.postmortem_out(row, caller=request.caller),
        "sections": [schemas.section_out(one) for one in row.sections.order_by("position", "pk")],
        "factors": [schemas.factor_out(one) for one in row.factors.order_by("position", "pk")],
        "whys": schemas.whys_out(nodes_of(row)),
    }
