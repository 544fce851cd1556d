"""Incidents on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field

from incidents.response.domain.phases import CloseReason, Phase, Status
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.selectors.content import url_of
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.web.api.params import Instant

SeverityNumber = Annotated[Severity, Field(description="1 is the worst: Sev1 to Sev5", examples=[2])]
Reason = Annotated[str, Field(max_length=2000, description="why; it stands in the timeline and the audit trail")]
Revision = Annotated[int | None, Field(ge=1, description="the revision that was read; 409 when it is stale")]


class IncidentRoleOut(Schema):
    role: str = Field(examples=["commander"])
    person_id: int
    person: str
    taken_at: datetime
    left_at: datetime | None = Field(description="null: has it now")


class IncidentOut(Schema):
    number: int
    title: str
    summary: str
    team: str
    status: Status
    phase: Phase
    severity: SeverityNumber
    urgency: str = Field(description="urgent: may wake people; normal: waits for the end of their quiet hours")
    origin: str = Field(description='what opened it: "person", "api", or an alert\'s origin', examples=["slo:12"])
    opened_by: str
    acknowledged_by: str = Field(description="of the acknowledgement in force; empty when nobody is on it")
    started_at: datetime
    detected_at: datetime
    acknowledged_at: datetime | None = Field(description="the first acknowledgement by a human")
    mitigated_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    close_reason: CloseReason | None
    merged_into: int | None
    split_from: int | None
    reopened: int = Field(description="how often")
    services: list[str] = Field(description="affected ones, those of other private teams left out")
    slos: list[str] = Field(description="objectives whose budget it spends, likewise")
    roles: list[IncidentRoleOut] = Field(description="who has which now")
    url: str
    created_at: datetime
    updated_at: datetime
    revision: int


class IncidentCreate(Schema):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200, examples=["Checkout fails for cards"])
    team: str = Field(min_length=1, max_length=63, description="slug of the team that responds", examples=["payments"])
    severity: SeverityNumber
    summary: str = Field("", max_length=10_000)
    services: list[Annotated[str, Field(max_length=63)]] = Field(default_factory=list, max_length=100)
    slos: list[Annotated[str, Field(max_length=63)]] = Field(default_factory=list, max_length=100)
    policy: Annotated[
        str | None, Field(max_length=63, description="escalation policy; else the first service's, else the team's")
    ] = None
    started_at: Annotated[Instant | None, Field(description="when users began to notice; now if left out")] = None


class IncidentPatch(Schema):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    summary: Annotated[str | None, Field(max_length=10_000)] = None
    phase: Phase | None = None
    severity: SeverityNumber | None = None
    reason: Reason = ""
    revision: Revision = None


class IncidentAct(Schema):
    """What every act takes; all of it may be left out."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = ""
    via: Annotated[
        str, Field(max_length=60, description="the tool it came by, for the timeline", examples=["deploy bot"])
    ] = ""


class IncidentClose(IncidentAct):
    close_reason: CloseReason = CloseReason.REAL


class IncidentMerge(IncidentAct):
    into: int = Field(ge=1, le=2**62, description="number of the incident that stays")


class IncidentSplit(IncidentAct):
    alerts: list[Annotated[int, Field(ge=1, le=2**62)]] = Field(
        min_length=1, max_length=1000, description="ids of the alerts that go"
    )
    title: str = Field("", max_length=200, description="after the first alert if left out")
    severity: SeverityNumber | None = Field(None, description="as bad as the worst alert if left out")


class IncidentEscalate(IncidentAct):
    epoch: Annotated[int | None, Field(ge=0, le=2**31)] = None
    step: Annotated[
        int | None, Field(ge=0, le=2**31, description="with epoch: where the button stood; stale ones do nothing")
    ] = None


class IncidentMoved(Schema):
    changed: bool = Field(description="false: it was so already")
    message: str
    incident: IncidentOut


def incident_out(incident: Incident, *, caller: Caller) -> dict[str, Any]:
    """As the caller may see it. The incident comes from selectors.incidents, with everything at hand."""
    services = [visible(caller=caller, related=impact.service) for impact in incident.impacted_services.all()]
    objectives = [visible(caller=caller, related=impact.slo) for impact in incident.impacted_slos.all()]
    return {
        "number": incident.pk,
        "title": incident.title,
        "summary": incident.summary,
        "team": incident.team.slug,
        "status": incident.status,
        "phase": incident.phase,
        "severity": incident.severity,
        "urgency": incident.urgency,
        "origin": incident.origin,
        "opened_by": incident.opened_by_name,
        "acknowledged_by": incident.acknowledged_by_name,
        **{
            f"{name}_at": getattr(incident, f"{name}_at")
            for name in ("started", "detected", "acknowledged", "mitigated", "resolved", "closed")
        },
        "close_reason": incident.close_reason or None,
        "merged_into": incident.merged_into_id,
        "split_from": incident.split_from_id,
        "reopened": incident.reopened,
        "services": [service.name for service in services if service],
        "slos": [objective.name for objective in objectives if objective],
        "roles": [role_out(role) for role in incident.roles.all() if role.left_at is None],
        "url": url_of(incident_id=incident.pk),
        "created_at": incident.created_at,
        "updated_at": incident.updated_at,
        "revision": incident.revision,
    }


def role_out(role: Any) -> dict[str, Any]:
    return {
        "role": role.role,
        "person_id": role.user_id,
        "person": str(role.user),
        "taken_at": role.taken_at,
        "left_at": role.left_at,
    }
