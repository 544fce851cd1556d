"""The demo's past incidents, lived through again by the services people use, with the clock of the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from incidents.paging.models import Notification
from incidents.paging.services.delivery import deliver
from incidents.response.domain.phases import CloseReason, Milestone
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident, IncidentRole
from incidents.response.services import incidents, lifecycle, milestones, roles, timeline
from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.access.selectors.callers import caller_of_user
from reliability.catalog.models import Service
from reliability.delivery.services import changes
from reliability.demo.domain.emergencies import CHANGES, INCIDENTS, DemoDeed, DemoIncident
from slo.models import Slo


def load_changes(*, services: Mapping[str, Service], now: datetime) -> None:
    """What was deployed, as a build server would have told."""
    for number, entry in enumerate(CHANGES):
        service = services[entry.service]
        at = now + timedelta(hours=entry.hours)
        changes.record(
            team_id=service.team_id,
            service_id=service.pk,
            origin="demo",
            key=str(number),
            title=entry.title,
            at=at,
            now=at,
        )


def load_incidents(*, services: Mapping[str, Service], objectives: Mapping[str, Slo], now: datetime) -> None:
    """Each incident with its pages, what people did, and its end."""
    callers = {user.email: caller_of_user(user=user) for user in User.objects.all()}
    for entry in INCIDENTS:
        _live_through(entry, callers, services, objectives, now)


def _live_through(
    entry: DemoIncident,
    callers: Mapping[str, Caller],
    services: Mapping[str, Service],
    objectives: Mapping[str, Slo],
    now: datetime,
) -> None:
    began = now + timedelta(hours=entry.began)
    detected = began + timedelta(minutes=entry.detected)
    incident = incidents.open_incident(
        caller=callers[entry.deeds[0].who],
        team_id=services[entry.services[0]].team_id,
        title=entry.title,
        severity=Severity(entry.severity),
        summary=entry.summary,
        service_ids=[services[name].pk for name in entry.services],
        slo_ids=[objectives[name].pk for name in entry.objectives if name in objectives],
        started_at=began,
        now=detected,
    )
    _send(until=detected)
    for deed in entry.deeds:
        at = began + timedelta(minutes=deed.minute)
        _send(until=at)
        _DEEDS[deed.what](incident, callers[deed.who], deed, at)
        _send(until=at + timedelta(seconds=5))


def _send(*, until: datetime) -> None:
    """What was due until then, as the worker would have sent it."""
    waiting = Notification.objects.filter(state=Notification.State.WAITING, due_at__lte=until).order_by("due_at", "pk")
    for notification in list(waiting):
        at = notification.due_at + timedelta(seconds=2)
        deliver(notification_id=notification.pk, now=at, clock=lambda at=at: at)  # type: ignore[misc]  # bound here


def _acknowledge(incident: Incident, caller: Caller, deed: DemoDeed, at: datetime) -> None:
    lifecycle.acknowledge(caller=caller, incident_id=incident.pk, now=at)


def _role(incident: Incident, caller: Caller, deed: DemoDeed, at: datetime) -> None:
    roles.take(caller=caller, incident_id=incident.pk, role=IncidentRole.Role(deed.what), now=at)


def _comment(incident: Incident, caller: Caller, deed: DemoDeed, at: datetime) -> None:
    timeline.comment(caller=caller, incident_id=incident.pk, text=deed.text, now=at)


def _pin(incident: Incident, caller: Caller, deed: DemoDeed, at: datetime) -> None:
    entry = timeline.comment(caller=caller, incident_id=incident.pk, text=deed.text, now=at)
    timeline.pin(caller=caller, entry_id=entry.pk, now=at)


def _mitigated(incident: Incident, caller: Caller, deed: DemoDeed, at: datetime) -> None:
    milestones.set_milestone(caller=caller, incident_id=incident.pk, milestone=Milestone.MITIGATED, at=at, now=at)


def _resolve(incident: Incident, caller: Caller, deed: DemoDeed, at: datetime) -> None:
    lifecycle.resolve(caller=caller, incident_id=incident.pk, reason=deed.text, now=at)


def _close(incident: Incident, caller: Caller, deed: DemoDeed, at: datetime) -> None:
    lifecycle.close(
        caller=caller, incident_id=incident.pk, close_reason=CloseReason(deed.what), reason=deed.text, now=at
    )


_DEEDS: dict[str, Callable[[Incident, Caller, DemoDeed, datetime], None]] = {
    "acknowledge": _acknowledge,
    "commander": _role,
    "communications": _role,
    "scribe": _role,
    "comment": _comment,
    "pin": _pin,
    "mitigated": _mitigated,
    "resolve": _resolve,
    **{reason.value: _close for reason in CloseReason},
}
