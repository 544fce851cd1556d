"""/api/v1/incidents/{number}/deployments: which deployments broke it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from incidents.response.models import BreakingDeployment
from incidents.response.selectors import incidents
from incidents.response.services.breaking_deployments import NAMED_MAX, name_deployments
from reliability.access.requests import AccessRequest
from reliability.delivery.models import Deployment

router = Router(tags=["Incidents"])


class IncidentDeployment(Schema):
    id: int
    service: str
    environment: str
    revision: str
    finished_at: datetime | None
    named_by: str
    named_at: datetime


class IncidentDeploymentsPut(Schema):
    deployments: Annotated[list[int], Field(max_length=NAMED_MAX, description="ids; none takes all away")]


@router.get(
    "/{int:number}/deployments",
    response=list[IncidentDeployment],
    operation_id="listIncidentDeployments",
    summary="Deployments that broke it",
)
def list_named(request: AccessRequest, number: int) -> Any:
    """Those that you may see, as people named them: they count as failed."""
    incidents.incident(caller=request.caller, number=number)
    return _named(request, number)


@router.put(
    "/{int:number}/deployments",
    response=list[IncidentDeployment],
    operation_id="putIncidentDeployments",
    summary="Name the deployments that broke it",
)
def put(request: AccessRequest, number: int, body: IncidentDeploymentsPut) -> Any:
    """Exactly these, of those you may see: of impacted services and what they need, from the week before on."""
    incidents.incident(caller=request.caller, number=number)
    name_deployments(caller=request.caller, incident_id=number, deployment_ids=body.deployments, now=timezone.now())
    return _named(request, number)


def _named(request: AccessRequest, number: int) -> list[dict[str, Any]]:
    readable = Deployment.objects.readable_by(request.caller)
    rows = BreakingDeployment.objects.filter(incident_id=number, deployment__in=readable)
    return [
        {
            "id": row.deployment_id,
            "service": row.deployment.service.name,
            "environment": row.deployment.environment,
            "revision": row.deployment.revision,
            "finished_at": row.deployment.finished_at,
            "named_by": row.named_by_name,
            "named_at": row.named_at,
        }
        for row in rows.select_related("deployment__service").order_by("pk")
    ]
