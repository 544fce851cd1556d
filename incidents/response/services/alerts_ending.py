"""The end of an alert, or its acknowledgement, as the outside system tells it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.response.domain.alerts import AlertAction, AlertOutcome, Received
from incidents.response.domain.entries import Kind
from incidents.response.domain.phases import OPEN, Status
from incidents.response.models import Alert, Incident
from incidents.response.services import transitions
from incidents.response.services.alerts_joining import actor_of
from incidents.response.services.recording import record
from reliability.web.errors import Unavailable

# What people declared, people resolve: they may know more than the alerts that joined later.
_DECLARED = ("person", "api")
_OPEN = [status.value for status in OPEN]
_NOTHING = "there is no open alert of this key"
_ROUNDS_MAX = 10


def end(
    *, origin: str, key: str, origin_name: str, action: AlertAction, resolves_incident: bool, now: datetime
) -> Received:
    """Acknowledge or resolve the open alert of (origin, key); of nothing it is accepted and dropped."""
    for _ in range(_ROUNDS_MAX):
        stored = Alert.objects.filter(origin=origin, key=key, resolved_at=None).values_list("pk", "incident_id").first()
        if stored is None:
            return Received(None, None, AlertOutcome.DROPPED, _NOTHING)
        with transaction.atomic():
            held = _hold(*stored)
            if held is None:
                continue  # it ended, or went to another incident, at the same time: look again
            alert, incident = held
            if action is AlertAction.ACKNOWLEDGE:
                return _acknowledge(alert, incident, origin_name, now)
            return _resolve(alert, incident, origin_name, now, resolves_incident=resolves_incident)
    raise Unavailable("this alert changes faster than it can be stored: send it again", reason="alert_contended")


def _hold(alert_id: int, incident_id: int | None) -> tuple[Alert, Incident | None] | None:
    """Both rows, locked: the incident first, as everybody does."""
    incident = Incident.objects.select_for_update(no_key=True).filter(pk=incident_id).first() if incident_id else None
    alert = (
        Alert.objects.select_for_update(no_key=True)
        .filter(pk=alert_id, incident_id=incident_id, resolved_at=None)
        .first()
    )
    return None if alert is None else (alert, incident)


def _acknowledge(alert: Alert, incident: Incident | None, origin_name: str, now: datetime) -> Received:
    alert.status = Alert.Status.ACKNOWLEDGED
    alert.save(update_fields=("status",))
    if incident is None:
        return Received(alert.pk, None, AlertOutcome.ACKNOWLEDGED, "acknowledged; it is silenced")
    if incident.status == Status.TRIGGERED.value:
        transitions.acknowledge(incident=incident, actor=actor_of(origin_name=origin_name), now=now)
    return Received(alert.pk, incident.pk, AlertOutcome.ACKNOWLEDGED, f"acknowledged #{incident.pk}")


def _resolve(
    alert: Alert, incident: Incident | None, origin_name: str, now: datetime, *, resolves_incident: bool
) -> Received:
    alert.status, alert.resolved_at, alert.ended_by_source = Alert.Status.RESOLVED, now, True
    alert.save(update_fields=("status", "resolved_at", "ended_by_source"))
    if incident is None:
        return Received(alert.pk, None, AlertOutcome.RESOLVED, "resolved; it was silenced")
    is_last = not Alert.objects.filter(incident=incident, resolved_at=None).exists()
    record(
        incident_id=incident.pk,
        at=now,
        kind=Kind.ALERT,
        key=f"alert:{alert.pk}:resolved",
        text=f"{origin_name} says it is over: {alert.title}" + (". No alert fires any more." if is_last else ""),
        author_name=origin_name,
        data={"alert_id": alert.pk},
        now=now,
    )
    may_resolve = resolves_incident and incident.origin not in _DECLARED
    if is_last and may_resolve and incident.status in _OPEN:
        actor = actor_of(origin_name=origin_name)
        transitions.resolve(incident=incident, actor=actor, now=now, reason="Its last alert is over.")
        return Received(alert.pk, incident.pk, AlertOutcome.RESOLVED, f"resolved, and #{incident.pk} with it")
    return Received(alert.pk, incident.pk, AlertOutcome.RESOLVED, f"resolved; #{incident.pk} stays as it is")
