"""/api/v1/monitors: what must call in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from incidents.intake.api.references import policy_named
from incidents.intake.models import Monitor
from incidents.intake.selectors import monitors as selectors
from incidents.intake.services import monitors
from incidents.intake.services.monitors import Settings
from incidents.response.domain.severity import Severity
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.catalog.selectors.services import service_named
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Duration, Name, duration_text

router = Router(tags=["Monitors"])

State = Literal["new", "up", "late", "down", "paused"]
_CRON = "five fields, or a name such as @daily: the times by which it is to have called"
_SEVERITY: Any = Field(3, ge=1, le=5, description="of the alert when it is down, 1 is the worst")


class MonitorOut(Schema):
    name: str
    title: str
    team: str
    service: str | None
    policy: str | None
    period: str | None = Field(description="null when a cron expression says when it is to call")
    cron: str | None
    time_zone: str | None = Field(description="of the cron expression's clocks")
    grace: str
    severity: int
    state: State
    state_reason: str
    state_since_at: datetime | None
    last_call_at: datetime | None
    expected_by_at: datetime | None
    begun_at: datetime | None = Field(description="of a run that has told of its start and not yet of its end")
    revision: int


class MonitorDetailOut(MonitorOut):
    next_expected: list[datetime] = Field(description="the next times of the rhythm, when each call comes in time")


class NewMonitorOut(MonitorDetailOut):
    address: str = Field(description="to call; shown this once")


class AddressOut(Schema):
    address: str = Field(description="to call; shown this once")


class MonitorIn(Schema):
    name: Name
    title: str = Field(max_length=120)
    team: str = Field(max_length=63, description="slug of the owner")
    period: Duration | None = Field(None, description="how often it calls; or give cron")
    cron: str | None = Field(None, max_length=200, description=_CRON)
    time_zone: str = Field("UTC", max_length=64, description="of the cron expression's clocks, such as Europe/Berlin")
    grace: Duration
    severity: int = _SEVERITY
    service: str | None = Field(None, max_length=63)
    policy: str | None = Field(None, max_length=63)
    reason: str = Field("", max_length=500)


class MonitorPatch(Schema):
    """What is absent stays."""

    title: str | None = Field(None, max_length=120)
    period: Duration | None = Field(None, description="ends a cron expression")
    cron: str | None = Field(None, max_length=200, description="ends a period")
    time_zone: str | None = Field(None, max_length=64)
    grace: Duration | None = None
    severity: int | None = Field(None, ge=1, le=5)
    service: str | None = Field(None, max_length=63, description="an empty text: no particular one")
    policy: str | None = Field(None, max_length=63, description="an empty text: that of the service or team")
    revision: int | None = Field(None, description="of what you read: a newer one is a conflict")
    reason: str = Field("", max_length=500)


class MonitorQuery(PageQuery):
    q: str = Field("", max_length=120, description="part of name or title")
    team: str = Field("", max_length=63, description="slug")
    state: State | None = None


class CallOut(Schema):
    at: datetime
    kind: Literal["success", "start", "fail"]
    exit_code: int | None
    duration_seconds: float | None
    sender: str
    body: str


@router.get("", response=Page[MonitorOut], operation_id="listMonitors", summary="Monitors, the worst first")
def list_monitors(request: AccessRequest, query: Query[MonitorQuery]) -> dict[str, Any]:
    found = selectors.list_monitors(caller=request.caller, text=query.q, team=query.team, state=query.state or "")
    page = page_of(queryset=found, query=query)
    return {**page, "items": [_monitor(request.caller, one) for one in page["items"]]}


@router.post("", response={201: NewMonitorOut}, operation_id="createMonitor", summary="Create a monitor")
def create_monitor(request: AccessRequest, body: MonitorIn) -> Status[dict[str, Any]]:
    made = monitors.create(
        caller=request.caller,
        team=team_named(caller=request.caller, slug=body.team),
        name=body.name,
        settings=Settings(
            title=body.title,
            period=body.period,
            cron=body.cron or "",
            time_zone=body.time_zone,
            grace=body.grace,
            severity=Severity(body.severity),
            service=service_named(caller=request.caller, name=body.service),
            policy=policy_named(caller=request.caller, slug=body.policy),
        ),
        reason=body.reason,
        now=timezone.now(),
    )
    return Status(201, _detail(request.caller, made.monitor) | {"address": _address(made.secret)})


@router.get("/{name}", response=MonitorDetailOut, operation_id="getMonitor", summary="A monitor")
def get_monitor(request: AccessRequest, name: str) -> dict[str, Any]:
    return _detail(request.caller, selectors.monitor(caller=request.caller, name=name))


@router.patch("/{name}", response=MonitorDetailOut, operation_id="changeMonitor", summary="Change a monitor")
def change_monitor(request: AccessRequest, name: str, body: MonitorPatch) -> dict[str, Any]:
    caller = request.caller
    monitor = selectors.monitor(caller=caller, name=name)
    changed = monitors.update(
        caller=caller,
        monitor=monitor,
        settings=Settings(
            title=monitor.title if body.title is None else body.title,
            **_rhythm(body, monitor),
            grace=body.grace or timedelta(seconds=monitor.grace_seconds),
            severity=Severity(body.severity or monitor.severity),
            service=monitor.service if body.service is None else service_named(caller=caller, name=body.service),
            policy=monitor.policy if body.policy is None else policy_named(caller=caller, slug=body.policy),
        ),
        revision=monitor.revision if body.revision is None else body.revision,
        reason=body.reason,
        now=timezone.now(),
    )
    return _detail(caller, changed)


@router.delete("/{name}", response={204: None}, operation_id="deleteMonitor", summary="Delete a monitor")
def delete_monitor(request: AccessRequest, name: str) -> Status[None]:
    monitor = selectors.monitor(caller=request.caller, name=name)
    monitors.delete(caller=request.caller, monitor=monitor, now=timezone.now())
    return Status(204, None)


@router.post(
    "/{name}/pause", response=MonitorOut, operation_id="pauseMonitor", summary="Let nothing fire until it is resumed"
)
def pause_monitor(request: AccessRequest, name: str) -> dict[str, Any]:
    monitor = selectors.monitor(caller=request.caller, name=name)
    return _monitor(request.caller, monitors.pause(caller=request.caller, monitor=monitor, now=timezone.now()))


@router.post("/{name}/resume", response=MonitorOut, operation_id="resumeMonitor", summary="Watch it again")
def resume_monitor(request: AccessRequest, name: str) -> dict[str, Any]:
    monitor = selectors.monitor(caller=request.caller, name=name)
    return _monitor(request.caller, monitors.resume(caller=request.caller, monitor=monitor, now=timezone.now()))


@router.post(
    "/{name}/address",
    response={201: AddressOut},
    operation_id="renewMonitorAddress",
    summary="A new address; the former is dead at once",
)
def renew_address(request: AccessRequest, name: str) -> Status[dict[str, Any]]:
    monitor = selectors.monitor(caller=request.caller, name=name)
    made = monitors.renew_address(caller=request.caller, monitor=monitor, now=timezone.now())
    return Status(201, {"address": _address(made.secret)})


@router.get("/{name}/calls", response=list[CallOut], operation_id="listMonitorCalls", summary="Its newest calls")
def list_calls(request: AccessRequest, name: str) -> list[Any]:
    monitor = selectors.monitor(caller=request.caller, name=name)
    return selectors.calls_of(monitor=monitor, limit=settings.MONITOR_CALLS_MAX)


def _address(secret: str) -> str:
    return f"{settings.PUBLIC_URL}/ping/{secret}"


def _rhythm(body: MonitorPatch, monitor: Monitor) -> dict[str, Any]:
    """A period ends a cron expression, and the other way round; a zone alone moves the expression's clocks."""
    if body.period is not None and not body.cron:
        return {"period": body.period}
    cron = monitor.cron if body.cron is None else body.cron
    if cron:
        zone = body.time_zone or monitor.time_zone or "UTC"
        return {"period": body.period, "cron": cron, "time_zone": zone}
    seconds = monitor.period_seconds
    return {"period": None if seconds is None else timedelta(seconds=seconds)}


def _detail(caller: Caller, one: Monitor) -> dict[str, Any]:
    return _monitor(caller, one) | {"next_expected": selectors.next_expected(monitor=one, now=timezone.now())}


def _monitor(caller: Caller, one: Monitor) -> dict[str, Any]:
    service = visible(caller=caller, related=one.service)
    return {
        "name": one.name,
        "title": one.title,
        "team": one.team.slug,
        "service": service and service.name,
        "policy": one.policy and one.policy.slug,
        "period": None if one.period_seconds is None else duration_text(timedelta(seconds=one.period_seconds)),
        "cron": one.cron or None,
        "time_zone": one.time_zone or None,
        "grace": duration_text(timedelta(seconds=one.grace_seconds)),
        "severity": one.severity,
        "state": one.state,
        "state_reason": one.state_reason,
        "state_since_at": one.state_since_at,
        "last_call_at": one.last_call_at,
        "expected_by_at": one.expected_by_at,
        "begun_at": one.begun_at,
        "revision": one.revision,
    }
