"""/api/v1/slos/{name}/exclusions and /adjustments: what people take out of the account, with their reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.kit.periods import Period
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid, NotFound
from slo.models import Adjustment, Exclusion
from slo.selectors import exclusions as corrections
from slo.selectors import slos
from slo.services import adjustments as adjustment_services
from slo.services import exclusions as exclusion_services

router = Router(tags=["Exclusions and adjustments"])

Reason = Annotated[str, Field(min_length=1, max_length=2000, description="why; it is shown beside the numbers")]
RevokeReason = Annotated[str, Query(max_length=2000, description="why it is taken back")]


class ExclusionCreate(Schema):
    model_config = ConfigDict(extra="forbid")

    start: Instant
    end: Instant
    reason: Reason
    effect: Annotated[
        Exclusion.Effect, Field(description="excluded: the minutes do not count; counted_as_up: all events were good")
    ] = Exclusion.Effect.EXCLUDED
    whole_service: Annotated[bool, Field(description="for every SLO of this SLO's service")] = False


class ExclusionOut(Schema):
    id: int
    start: datetime
    end: datetime
    effect: Exclusion.Effect
    reason: str | None = Field(description="null: of a service that is private to another team")
    author: str | None
    whole_service: bool
    created_at: datetime
    revoked_at: datetime | None = Field(description="since when it does not hold any more")


class AdjustmentCreate(Schema):
    model_config = ConfigDict(extra="forbid")

    at: Annotated[
        Instant | None, Field(description="counts in every window that holds this instant; now if left out")
    ] = None
    consumed_delta: Annotated[
        float, Field(ge=-10, le=10, description="fraction of the whole budget: positive spends, negative returns")
    ]
    reason: Reason


class AdjustmentOut(Schema):
    id: int
    at: datetime
    consumed_delta: float
    reason: str
    author: str
    created_at: datetime
    revoked_at: datetime | None


@router.get(
    "/{name}/exclusions", response=list[ExclusionOut], operation_id="listExclusions", summary="Exclusions of an SLO"
)
def list_exclusions(request: AccessRequest, name: str) -> Any:
    """Its own and those of its service, revoked ones too, newest first."""
    slo = slos.get_slo(caller=request.caller, name=name)
    return [_exclusion_out(request, exclusion) for exclusion in corrections.exclusions_of(slo=slo)]


@router.post(
    "/{name}/exclusions", response={201: ExclusionOut}, operation_id="createExclusion", summary="Exclude a period"
)
def create_exclusion(request: AccessRequest, name: str, body: ExclusionCreate) -> Any:
    """History is recomputed, not overwritten: revoking brings the old numbers back."""
    slo = slos.get_slo(caller=request.caller, name=name)
    if body.start >= body.end:
        raise Invalid(details=[{"field": "end", "message": "must be later than start"}])
    service = visible(caller=request.caller, related=slo.service)
    if body.whole_service and service is None:
        message = "this SLO has no service that you may see: set false"
        raise Invalid(details=[{"field": "whole_service", "message": message}])
    exclusion = exclusion_services.create(
        caller=request.caller,
        period=Period(body.start, body.end),
        reason=body.reason,
        now=timezone.now(),
        effect=body.effect,
        slo=None if body.whole_service else slo,
        service=service if body.whole_service else None,
    )
    return Status(201, _exclusion_out(request, exclusion))


@router.delete(
    "/{name}/exclusions/{int:exclusion_id}",
    response=ExclusionOut,
    operation_id="revokeExclusion",
    summary="Take an exclusion back",
)
def revoke_exclusion(request: AccessRequest, name: str, exclusion_id: int, reason: RevokeReason = "") -> Any:
    """The row stays, marked as revoked."""
    slo = slos.get_slo(caller=request.caller, name=name)
    exclusion = corrections.exclusions_of(slo=slo).filter(pk=exclusion_id).first()
    if exclusion is None:
        raise NotFound(f"the SLO {name} has no exclusion {exclusion_id}")
    revoked = exclusion_services.revoke(caller=request.caller, exclusion=exclusion, now=timezone.now(), reason=reason)
    return _exclusion_out(request, revoked)


@router.get(
    "/{name}/adjustments", response=list[AdjustmentOut], operation_id="listAdjustments", summary="Adjustments of an SLO"
)
def list_adjustments(request: AccessRequest, name: str) -> Any:
    """Revoked ones too, newest first."""
    slo = slos.get_slo(caller=request.caller, name=name)
    return [_adjustment_out(adjustment) for adjustment in corrections.adjustments_of(slo=slo)]


@router.post(
    "/{name}/adjustments",
    response={201: AdjustmentOut},
    operation_id="createAdjustment",
    summary="Spend or return budget by hand",
)
def create_adjustment(request: AccessRequest, name: str, body: AdjustmentCreate) -> Any:
    slo = slos.get_slo(caller=request.caller, name=name)
    now = timezone.now()
    adjustment = adjustment_services.create(
        caller=request.caller,
        slo=slo,
        at=body.at or now,
        consumed_delta=body.consumed_delta,
        reason=body.reason,
        now=now,
    )
    return Status(201, _adjustment_out(adjustment))


@router.delete(
    "/{name}/adjustments/{int:adjustment_id}",
    response=AdjustmentOut,
    operation_id="revokeAdjustment",
    summary="Take an adjustment back",
)
def revoke_adjustment(request: AccessRequest, name: str, adjustment_id: int, reason: RevokeReason = "") -> Any:
    """The row stays, marked as revoked."""
    slo = slos.get_slo(caller=request.caller, name=name)
    adjustment = corrections.adjustments_of(slo=slo).filter(pk=adjustment_id).first()
    if adjustment is None:
        raise NotFound(f"the SLO {name} has no adjustment {adjustment_id}")
    revoked = adjustment_services.revoke(
        caller=request.caller, adjustment=adjustment, now=timezone.now(), reason=reason
    )
    return _adjustment_out(revoked)


def _exclusion_out(request: AccessRequest, exclusion: Exclusion) -> dict[str, Any]:
    is_foreign = corrections.is_foreign(caller=request.caller, exclusion=exclusion)
    return {
        "id": exclusion.pk,
        "start": exclusion.start_at,
        "end": exclusion.end_at,
        "effect": exclusion.effect,
        "reason": None if is_foreign else exclusion.reason,
        "author": None if is_foreign else exclusion.author_name,
        "whole_service": exclusion.service_id is not None,
        "created_at": exclusion.created_at,
        "revoked_at": exclusion.revoked_at,
    }


def _adjustment_out(adjustment: Adjustment) -> dict[str, Any]:
    return {
        "id": adjustment.pk,
        "at": adjustment.at,
        "consumed_delta": adjustment.consumed_delta,
        "reason": adjustment.reason,
        "author": adjustment.author_name,
        "created_at": adjustment.created_at,
        "revoked_at": adjustment.revoked_at,
    }
