"""/api/v1/readiness/services/{name}: evidence, waivers and reviews of a service."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import service as get_service
from reliability.readiness.api import schemas
from reliability.readiness.domain.standing import Verdict
from reliability.readiness.models import Evidence, Waiver
from reliability.readiness.selectors import evidence as selectors
from reliability.readiness.selectors import reviews as review_selectors
from reliability.readiness.selectors.wording import given_out, review_out
from reliability.readiness.services import evidence, reviews, waivers
from reliability.readiness.services.evidence import EvidenceDraft
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Readiness"])


class ReadinessHistoryQuery(PageQuery):
    item: Annotated[str, Field(max_length=63, description="slug of the item")] = ""


@router.get(
    "/{name}/evidence",
    response=Page[schemas.EvidenceHistoryOut],
    operation_id="listReadinessEvidence",
    summary="Evidence of a service",
)
def list_evidence(request: AccessRequest, name: str, query: Query[ReadinessHistoryQuery]) -> Any:
    """The newest first, what was taken back, too."""
    service = get_service(caller=request.caller, name=name)
    page = page_of(queryset=selectors.history_of(service=service, item=query.item), query=query)
    return {**page, "items": [_evidence(row) for row in page["items"]]}


@router.post(
    "/{name}/evidence",
    response={201: schemas.EvidenceHistoryOut},
    operation_id="giveReadinessEvidence",
    summary="Give evidence",
)
def give_evidence(request: AccessRequest, name: str, body: schemas.EvidenceBody) -> Any:
    """For responders of the service's team. It stands instead of what was given before."""
    service = _of_responder(request, name)
    draft = EvidenceDraft(text=body.text, url=body.url, happened_on=body.happened_on)
    row = evidence.give(caller=request.caller, service=service, item=body.item, draft=draft, now=timezone.now())
    return Status(201, _evidence(row))


@router.post(
    "/{name}/evidence/{int:pk}/review",
    response=schemas.EvidenceHistoryOut,
    operation_id="reviewReadinessEvidence",
    summary="Say that it is so",
)
def review_evidence(request: AccessRequest, name: str, pk: int) -> Any:
    """A responder in person, and not who gave it."""
    row = evidence.review(caller=request.caller, service=_of_responder(request, name), pk=pk, now=timezone.now())
    return _evidence(row)


@router.post(
    "/{name}/evidence/{int:pk}/withdraw",
    response=schemas.EvidenceHistoryOut,
    operation_id="withdrawReadinessEvidence",
    summary="Take evidence back",
)
def withdraw_evidence(request: AccessRequest, name: str, pk: int, body: schemas.WithdrawBody) -> Any:
    """What was given before it stands again."""
    service = _of_responder(request, name)
    row = evidence.withdraw(caller=request.caller, service=service, pk=pk, reason=body.reason, now=timezone.now())
    return _evidence(row)


@router.get(
    "/{name}/waivers",
    response=Page[schemas.WaiverOut],
    operation_id="listReadinessWaivers",
    summary="Waivers of a service",
)
def list_waivers(request: AccessRequest, name: str, query: Query[ReadinessHistoryQuery]) -> Any:
    """The newest first, those that are over, too."""
    service = get_service(caller=request.caller, name=name)
    page = page_of(queryset=selectors.waivers_of(service=service, item=query.item), query=query)
    return {**page, "items": [_waiver(row) for row in page["items"]]}


@router.post(
    "/{name}/waivers",
    response={201: schemas.WaiverOut},
    operation_id="waiveReadinessItem",
    summary="Let it off an item for a while",
)
def waive(request: AccessRequest, name: str, body: schemas.WaiverBody) -> Any:
    """For editors. It replaces a waiver that holds."""
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.EDITOR)
    row = waivers.waive(
        caller=request.caller,
        service=service,
        item=body.item,
        reason=body.reason,
        until_at=body.until,
        now=timezone.now(),
    )
    return Status(201, _waiver(row))


@router.post(
    "/{name}/waivers/{int:pk}/end",
    response=schemas.WaiverOut,
    operation_id="endReadinessWaiver",
    summary="End a waiver",
)
def end_waiver(request: AccessRequest, name: str, pk: int) -> Any:
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.EDITOR)
    return _waiver(waivers.end(caller=request.caller, service=service, pk=pk, now=timezone.now()))


@router.get(
    "/{name}/reviews",
    response=Page[schemas.ReviewOut],
    operation_id="listReadinessReviews",
    summary="Decisions on a service",
)
def list_reviews(request: AccessRequest, name: str, query: Query[PageQuery]) -> Any:
    """The newest first."""
    service = get_service(caller=request.caller, name=name)
    page = page_of(queryset=review_selectors.reviews_of(service=service), query=query)
    return {**page, "items": [review_out(row) for row in page["items"]]}


@router.post(
    "/{name}/reviews",
    response={201: schemas.ReviewOut},
    operation_id="decideReadiness",
    summary="Decide whether it is ready",
)
def decide(request: AccessRequest, name: str, body: schemas.ReviewBody) -> Any:
    """For editors in person, with a session: 403 for a token. Every answer is frozen with the decision."""
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.EDITOR)
    row = reviews.decide(
        caller=request.caller,
        service=service,
        verdict=Verdict(body.verdict),
        reason=body.reason,
        good_days=body.good_days,
        now=timezone.now(),
    )
    return Status(201, review_out(row))


@router.get(
    "/{name}/reviews/{int:pk}",
    response=schemas.ReviewDetail,
    operation_id="getReadinessReview",
    summary="A decision with every answer as it was",
)
def get_review(request: AccessRequest, name: str, pk: int) -> Any:
    service = get_service(caller=request.caller, name=name)
    row = review_selectors.review(service=service, pk=pk)
    return {**review_out(row), "answers": review_selectors.answers_of(review=row, caller=request.caller)}


def _of_responder(request: AccessRequest, name: str) -> Service:
    service = get_service(caller=request.caller, name=name)
    require(caller=request.caller, team_id=service.team_id, role=Role.RESPONDER)
    return service


def _evidence(row: Evidence) -> dict[str, Any]:
    return {
        **given_out(selectors.given(row)),
        "item": row.item,
        "created_at": row.created_at,
        "withdrawn_at": row.withdrawn_at,
        "withdrawn_reason": row.withdrawn_reason,
    }


def _waiver(row: Waiver) -> dict[str, Any]:
    names = ("item", "reason", "until_at", "created_at", "ended_at")
    return {"id": row.pk, "author": row.author_name, **{name: getattr(row, name) for name in names}}
