"""/api/v1/incidents/{number}/milestones, /services and /slos: what is known of an incident, corrected by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from incidents.response.api.incidents import answer
from incidents.response.api.named import service_ids, slo_ids
from incidents.response.api.schemas import IncidentOut, Reason, Revision
from incidents.response.domain.phases import Milestone
from incidents.response.models import Incident
from incidents.response.selectors import incidents
from incidents.response.services import impact
from incidents.response.services.locking import require_responder
from incidents.response.services.milestones import set_milestone
from reliability.access.requests import AccessRequest
from reliability.web.api.params import Instant

router = Router(tags=["Incidents"])


class MilestoneIn(Schema):
    model_config = ConfigDict(extra="forbid")

    at: Annotated[Instant | None, Field(description="null clears it, where it may be empty")]
    reason: Reason = ""
    revision: Revision = None


class MilestoneChangeOut(Schema):
    milestone: Milestone
    was: datetime | None
    now: datetime | None
    author: str
    reason: str
    created_at: datetime


@router.get(
    "/{int:number}/milestones",
    response=list[MilestoneChangeOut],
    operation_id="listMilestoneChanges",
    summary="How milestones were set",
)
def list_changes(request: AccessRequest, number: int) -> Any:
    """Every change, the oldest first."""
    incident = incidents.incident(caller=request.caller, number=number)
    return [
        {
            "milestone": change.milestone,
            "was": change.was_at,
            "now": change.is_at,
            "author": change.author_name,
            "reason": change.reason,
            "created_at": change.created_at,
        }
        for change in incident.milestone_changes.order_by("created_at", "pk")
    ]


@router.put(
    "/{int:number}/milestones/{milestone}",
    response=IncidentOut,
    operation_id="setMilestone",
    summary="Set a milestone by hand",
)
def put_milestone(
    request: AccessRequest, response: HttpResponse, number: int, milestone: Milestone, body: MilestoneIn
) -> Any:
    """In their order only, so that no duration is negative. Resolved and closed can be moved, not made."""
    _responding(request, number)
    set_milestone(
        caller=request.caller,
        incident_id=number,
        milestone=milestone,
        at=body.at,
        reason=body.reason,
        expected_revision=body.revision,
        now=timezone.now(),
    )
    return answer(request, response, number)


@router.put(
    "/{int:number}/services/{service}", response=IncidentOut, operation_id="addImpactedService",
    summary="A service is affected",
)  # fmt: skip
def add_service(request: AccessRequest, response: HttpResponse, number: int, service: str) -> Any:
    _responding(request, number)
    pk = service_ids(caller=request.caller, names=[service])[0]
    impact.add_service(caller=request.caller, incident_id=number, service_id=pk, now=timezone.now())
    return answer(request, response, number)


@router.delete(
    "/{int:number}/services/{service}", response=IncidentOut, operation_id="removeImpactedService",
    summary="A service is not affected after all",
)  # fmt: skip
def remove_service(request: AccessRequest, response: HttpResponse, number: int, service: str) -> Any:
    _responding(request, number)
    pk = service_ids(caller=request.caller, names=[service])[0]
    impact.remove_service(caller=request.caller, incident_id=number, service_id=pk, now=timezone.now())
    return answer(request, response, number)


@router.put(
    "/{int:number}/slos/{slo}", response=IncidentOut, operation_id="addImpactedSlo", summary="An objective is affected"
)
def add_slo(request: AccessRequest, response: HttpResponse, number: int, slo: str) -> Any:
    _responding(request, number)
    pk = slo_ids(caller=request.caller, names=[slo])[0]
    impact.add_slo(caller=request.caller, incident_id=number, slo_id=pk, now=timezone.now())
    return answer(request, response, number)


@router.delete(
    "/{int:number}/slos/{slo}", response=IncidentOut, operation_id="removeImpactedSlo",
    summary="An objective is not affected after all",
)  # fmt: skip
def remove_slo(request: AccessRequest, response: HttpResponse, number: int, slo: str) -> Any:
    _responding(request, number)
    pk = slo_ids(caller=request.caller, names=[slo])[0]
    impact.remove_slo(caller=request.caller, incident_id=number, slo_id=pk, now=timezone.now())
    return answer(request, response, number)


def _responding(request: AccessRequest, number: int) -> Incident:
    """404 and 403 before names are looked up."""
    incident = incidents.incident(caller=request.caller, number=number)
    require_responder(caller=request.caller, incident=incident)
    return incident
