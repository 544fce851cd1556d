"""/api/v1/alerts, and the alerts of an incident."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from incidents.response.domain.severity import Severity
from incidents.response.models import Alert
from incidents.response.selectors import alerts, incidents
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, PageQuery, page_of

router = Router(tags=["Alerts"])
AlertStatus = Literal["firing", "acknowledged", "resolved"]
of_incident = Router(tags=["Alerts"])


class IncidentAlertLink(Schema):
    title: str
    url: str


class IncidentAlertOut(Schema):
    id: int
    team: str
    origin: str = Field(description="who told us", examples=["integration:5", "slo:12", "monitor:3"])
    origin_name: str
    key: str
    status: AlertStatus
    severity: Severity
    title: str
    description: str
    labels: dict[str, str]
    links: list[IncidentAlertLink]
    service: str | None
    incident: int | None = Field(description="its number; null: silenced")
    silenced_by: str
    silenced_until: datetime | None
    started_at: datetime = Field(description="as the sender says, never later than received")
    received_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    times_seen: int


class IncidentAlertFull(IncidentAlertOut):
    payload: dict[str, Any] = Field(description="as it came, as far as it is kept")


class AlertQuery(PageQuery):
    status: list[AlertStatus] = Field(default_factory=list, description="any of these; repeat the parameter")
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    origin: Annotated[str, Field(max_length=80)] = ""
    silenced: Annotated[bool | None, Field(description="only silenced ones, or none of them")] = None
    q: Annotated[str, Field(max_length=200, description="words in title, description or key")] = ""


@router.get("", response=Page[IncidentAlertOut], operation_id="listAlerts", summary="List alerts")
def list_alerts(request: AccessRequest, query: Query[AlertQuery]) -> Any:
    """From outside and of our own rules, the newest first; silenced ones, too."""
    filters = alerts.AlertFilters(
        statuses=tuple(Alert.Status(status) for status in query.status),
        team_slug=query.team,
        service_name=query.service,
        origin=query.origin,
        is_silenced=query.silenced,
        text=query.q,
    )
    page = page_of(queryset=alerts.list_alerts(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [alert_out(one, caller=request.caller) for one in page["items"]]}


@router.get("/{int:alert_id}", response=IncidentAlertFull, operation_id="getAlert", summary="Read an alert")
def get_alert(request: AccessRequest, alert_id: int) -> Any:
    alert = alerts.alert(caller=request.caller, alert_id=alert_id)
    return {**alert_out(alert, caller=request.caller), "payload": alert.payload}


@of_incident.get(
    "/{int:number}/alerts",
    response=Page[IncidentAlertOut],
    operation_id="listIncidentAlerts",
    summary="Alerts of an incident",
)
def list_incident_alerts(request: AccessRequest, number: int, query: Query[PageQuery]) -> Any:
    """The newest first."""
    incident = incidents.incident(caller=request.caller, number=number)
    filters = alerts.AlertFilters(incident_id=incident.pk)
    page = page_of(queryset=alerts.list_alerts(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [alert_out(one, caller=request.caller) for one in page["items"]]}


def alert_out(alert: Alert, *, caller: Caller) -> dict[str, Any]:
    service = visible(caller=caller, related=alert.service)
    return {
        "id": alert.pk,
        "team": alert.team.slug,
        **{
            name: getattr(alert, name)
            for name in (
                "origin", "origin_name", "key", "status", "severity", "title", "description", "labels", "links",
                "silenced_by", "started_at", "received_at", "last_seen_at", "resolved_at", "times_seen",
            )
        },
        "service": service.name if service else None,
        "incident": alert.incident_id,
        "silenced_until": alert.silenced_until_at,
    }  # fmt: skip
