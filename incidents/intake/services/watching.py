"""Calls of monitors and looks at them: state, alert and next look are written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from incidents.intake.domain.monitors import (
    CallKind,
    State,
    Watch,
    after_clock_was_set_back,
    called,
    looked_at,
    next_look,
)
from incidents.intake.domain.silences import rule_over
from incidents.intake.models import Monitor, MonitorCall
from incidents.intake.selectors.silences import rules_in_force
from incidents.response.domain.severity import Severity
from incidents.response.services import alerts
from reliability.outbox.services import due

KIND = "intake.monitor"
BODY_BYTES_MAX = 10_000
_FORGOTTEN_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came. sender: the address it came from, and what it calls itself."""

    kind: CallKind
    exit_code: int | None = None
    body: str = ""
    sender: str = ""


def origin_of(monitor: Monitor) -> str:
    return f"monitor:{monitor.pk}"


def watch_of(monitor: Monitor) -> Watch:
    return Watch(
        state=State(monitor.state),
        rhythm=monitor.rhythm,
        grace=timedelta(seconds=monitor.grace_seconds),
        last_call_at=monitor.last_call_at,
        expected_by=monitor.expected_by_at,
        begun_at=monitor.begun_at,
        since=monitor.state_since_at,
        reason=monitor.state_reason,
    )


@transaction.atomic
def take_call(*, monitor_id: int, call: Call, now: datetime) -> bool:
    """Keep the call and what it changes. False when the monitor was deleted meanwhile."""
    monitor = Monitor.objects.select_for_update().filter(pk=monitor_id).first()
    if monitor is None:
        return False
    before = watch_of(monitor)
    MonitorCall.objects.create(
        monitor=monitor,
        at=now,
        kind=call.kind.value,
        exit_code=call.exit_code,
        duration_seconds=_duration(before, call.kind, now),
        body=call.body[:BODY_BYTES_MAX],
        sender=call.sender[:200],
    )
    _forget_oldest(monitor)
    keep(monitor=monitor, watch=called(before, kind=call.kind, now=now, exit_code=call.exit_code), now=now)
    return True


@transaction.atomic
def look(*, monitor_id: int, now: datetime) -> datetime | None:
    """What the time has made of it; when to look next. Safe to run twice."""
    monitor = Monitor.objects.select_for_update().filter(pk=monitor_id).first()
    if monitor is None:
        return None
    watch = looked_at(after_clock_was_set_back(watch_of(monitor), now=now), now=now)
    _store(monitor, watch, now)
    return next_look(watch)


def set_clocks_right(*, now: datetime) -> int:
    """Monitors whose last call lies in the future, after the clock was set back: look at them. Returns how many."""
    ahead = Monitor.objects.filter(last_call_at__gt=now + timedelta(minutes=1)).order_by("pk")
    ids = list(ahead.values_list("pk", flat=True)[:1000])
    for pk in ids:
        due.schedule(kind=KIND, key=pk, due_at=now)
    return len(ids)


def keep(*, monitor: Monitor, watch: Watch, now: datetime) -> None:
    """Store the state, tell of it, and ask for the next look. The caller holds the row locked, in a transaction."""
    _store(monitor, watch, now)
    at = next_look(watch)
    if at is None:
        due.cancel(kind=KIND, key=monitor.pk)
    else:
        due.schedule(kind=KIND, key=monitor.pk, due_at=at, reschedule=True)


def forget(*, monitor: Monitor, now: datetime) -> None:
    """Before it is deleted: nobody looks any more, and its alert is over."""
    due.cancel(kind=KIND, key=monitor.pk)
    if monitor.state == State.DOWN.value:
        _tell(monitor, is_down=False, now=now)


def _store(monitor: Monitor, watch: Watch, now: datetime) -> None:
    before = monitor.state
    monitor.state = watch.state.value
    monitor.last_call_at, monitor.expected_by_at, monitor.begun_at = (
        watch.last_call_at,
        watch.expected_by,
        watch.begun_at,
    )
    monitor.state_since_at, monitor.state_reason = watch.since, watch.reason[:200]
    monitor.save(
        update_fields=("state", "last_call_at", "expected_by_at", "begun_at", "state_since_at", "state_reason")
    )
    is_down, was_down = watch.state is State.DOWN, before == State.DOWN.value
    if is_down is not was_down:
        _tell(monitor, is_down=is_down, now=now)


def _tell(monitor: Monitor, *, is_down: bool, now: datetime) -> None:
    labels = {"monitor": monitor.name}
    rule = None
    if is_down:
        rules = rules_in_force(team_id=monitor.team_id, now=now)
        rule = rule_over(rules=rules, labels=labels, service_id=monitor.service_id, integration_id=None)
    alerts.receive(
        team_id=monitor.team_id,
        origin=origin_of(monitor),
        origin_name=f"Monitor {monitor.title}",
        key=monitor.name,
        action="trigger" if is_down else "resolve",
        severity=Severity(monitor.severity),
        title=f"{monitor.title} is down: {monitor.state_reason}" if is_down else monitor.title,
        description=monitor.state_reason,
        service_id=monitor.service_id,
        policy_id=monitor.policy_id,
        labels=labels,
        links=[{"title": "Monitor", "url": f"{settings.PUBLIC_URL}/monitors/{monitor.name}/"}],
        started_at=monitor.last_call_at,
        silenced_by="" if rule is None else rule.in_words(),
        silenced_until=None if rule is None else rule.end_at,
        now=now,
    )


def _duration(before: Watch, kind: CallKind, now: datetime) -> float | None:
    """Between the start that was told of and this end; a clock that was set back makes it unknown."""
    if kind is CallKind.START or before.begun_at is None or now < before.begun_at:
        return None
    return (now - before.begun_at).total_seconds()


def _forget_oldest(monitor: Monitor) -> None:
    kept = MonitorCall.objects.filter(monitor=monitor).order_by("-at", "-pk").values_list("pk", flat=True)
    most = settings.MONITOR_CALLS_MAX
    old = list(kept[most : most + _FORGOTTEN_AT_ONCE])
    if old:
        MonitorCall.objects.filter(pk__in=old).delete()
