"""Alerts from outside and from our own rules: each becomes one row, and joins or opens one incident.

Whoever holds both locks the incident before its alerts. A repeat touches one row and waits for nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from incidents.response.domain.alerts import (
    AlertAction,
    AlertOutcome,
    Received,
    bounded_labels,
    bounded_links,
    bounded_payload,
)
from incidents.response.domain.entries import shortened
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert
from incidents.response.services import alerts_ending, alerts_joining, silences
from reliability.web.errors import Unavailable

_TITLE_MAX = 255
_KEY_MAX = 255
_DESCRIPTION_MAX = 20_000
_ROUNDS_MAX = 10


@dataclass(frozen=True, slots=True)
class Trigger:
    """One alert as its source tells it. See receive(). What only a new row needs is bounded when there is one."""

    team_id: int
    origin: str
    origin_name: str
    key: str
    severity: Severity
    title: str
    description: str = ""
    service_id: int | None = None
    policy_id: int | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    links: Sequence[Mapping[str, Any]] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    group_key: str = ""
    silenced_by: str = ""
    silenced_until: datetime | None = None
    is_one_episode: bool = False


class _Stored(NamedTuple):
    """What a repeat needs to know of the open alert."""

    pk: int
    incident_id: int | None
    severity: int
    silenced_by: str
    received_at: datetime


def receive(
    *,
    team_id: int,
    origin: str,
    origin_name: str,
    key: str,
    action: AlertAction | str,
    severity: Severity,
    title: str,
    now: datetime,
    description: str = "",
    service_id: int | None = None,
    policy_id: int | None = None,
    labels: Mapping[str, Any] | None = None,
    links: Sequence[Mapping[str, Any]] | None = None,
    payload: Mapping[str, Any] | None = None,
    started_at: datetime | None = None,
    group_key: str = "",
    silenced_by: str = "",
    silenced_until: datetime | None = None,
    is_one_episode: bool = False,
    resolves_incident: bool = True,
) -> Received:
    """Take one alert; when this returns outside of a transaction, it is committed.

    Of one (origin, key) at most one alert is open, also when many tell of it at once; a trigger after its end is a
    new one. group_key: alerts of a team that have the same one join the same open incident; blank: each its own.
    silenced_by: the silence in words, then the alert is kept without an incident and looked at again at
    *silenced_until*. is_one_episode: the key with its start names one episode (such as of a fingerprint), so that a
    trigger with the start of one that the source ended is a late repeat and dropped. resolves_incident: whether the
    end of the last open alert ends the incident.
    """
    key, origin = _short(key, _KEY_MAX), origin[:80]
    wanted = AlertAction(action)
    if wanted is not AlertAction.TRIGGER:
        return alerts_ending.end(
            origin=origin,
            key=key,
            origin_name=origin_name,
            action=wanted,
            resolves_incident=resolves_incident,
            now=now,
        )
    trigger = Trigger(
        team_id=team_id,
        origin=origin,
        origin_name=origin_name[:160],
        key=key,
        severity=Severity(severity),
        title=title or key,
        description=description,
        service_id=service_id,
        policy_id=policy_id,
        labels=labels or {},
        links=links or (),
        payload=payload or {},
        started_at=started_at,
        group_key=_short(group_key, 200),
        silenced_by=silenced_by[:200],
        silenced_until=silenced_until if silenced_by else None,
        is_one_episode=is_one_episode,
    )
    return _trigger(trigger, now)


def _trigger(trigger: Trigger, now: datetime) -> Received:
    for _ in range(_ROUNDS_MAX):
        stored = _open_one(trigger)
        try:
            taken = _begin(trigger, now) if stored is None else _repeat(stored, trigger, now)
        except IntegrityError:
            continue  # somebody told of the same alert, or opened its group, at the same time: look again
        if taken is not None:
            return taken
    raise Unavailable("this alert changes faster than it can be stored: send it again", reason="alert_contended")


def _open_one(trigger: Trigger) -> _Stored | None:
    """At most one is open: nothing to order, and no payload to read for a repeat."""
    found = Alert.objects.filter(origin=trigger.origin, key=trigger.key, resolved_at=None)
    for row in found.order_by().values_list(*_Stored._fields):
        return _Stored(*row)
    return None


def _begin(trigger: Trigger, now: datetime) -> Received:
    if trigger.is_one_episode and _has_ended(trigger, now):
        return Received(None, None, AlertOutcome.DROPPED, "this episode of the alert is over: a late repeat")
    with transaction.atomic():
        alert = Alert.objects.create(
            team_id=trigger.team_id,
            origin=trigger.origin,
            origin_name=trigger.origin_name,
            key=trigger.key,
            severity=trigger.severity.value,
            title=shortened(trigger.title, length_max=_TITLE_MAX),
            description=shortened(trigger.description, length_max=_DESCRIPTION_MAX),
            labels=bounded_labels(trigger.labels),
            links=bounded_links(trigger.links),
            payload=bounded_payload(trigger.payload, bytes_max=settings.ALERT_PAYLOAD_BYTES_MAX),
            service_id=trigger.service_id,
            policy_id=trigger.policy_id,
            group_key=trigger.group_key,
            silenced_by=trigger.silenced_by,
            silenced_until_at=trigger.silenced_until,
            started_at=_started_at(trigger, now),
            received_at=now,
            last_seen_at=now,
        )
        if not trigger.silenced_by:
            return alerts_joining.place(alert=alert, now=now)
        if trigger.silenced_until is not None:
            silences.wake_at(alert_id=alert.pk, due_at=trigger.silenced_until)
        return Received(alert.pk, None, AlertOutcome.SILENCED, f"silenced: {trigger.silenced_by}")


def _has_ended(trigger: Trigger, now: datetime) -> bool:
    """Whether the source itself said so. One that fires on after a person resolved it is not over."""
    ended = Alert.objects.filter(origin=trigger.origin, key=trigger.key, ended_by_source=True)
    return ended.filter(started_at=_started_at(trigger, now)).exists()


def _started_at(trigger: Trigger, now: datetime) -> datetime:
    """As the source says; what claims to begin in the future begins now."""
    return min(trigger.started_at or now, now)


def _repeat(stored: _Stored, trigger: Trigger, now: datetime) -> Received | None:
    """None when the alert ended meanwhile."""
    if stored.silenced_by and not trigger.silenced_by:
        return silences.end_silence(alert_id=stored.pk, now=now, severity=trigger.severity)
    if trigger.severity < stored.severity and not trigger.silenced_by:
        return alerts_joining.worsen(
            alert_id=stored.pk, incident_id=stored.incident_id, severity=trigger.severity, now=now
        )
    counted = Alert.objects.filter(pk=stored.pk, resolved_at=None).update(
        last_seen_at=Greatest(F("last_seen_at"), now), times_seen=F("times_seen") + 1
    )
    if not counted:
        return None
    reason = f"open since {stored.received_at:%Y-%m-%d %H:%M:%S} UTC"
    return Received(stored.pk, stored.incident_id, AlertOutcome.REPEATED, reason)


def _short(key: str, length_max: int) -> str:
    """The key itself, or its beginning and a digest: two long keys that differ at the end stay two."""
    if len(key) <= length_max:
        return key
    return f"{key[: length_max - 33]}~{hashlib.sha256(key.encode()).hexdigest()[:32]}"
