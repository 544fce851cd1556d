"""Monitors: created with their address, changed, paused, resumed, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from incidents.intake.domain.monitors import Watch, paused, rescheduled, resumed
from incidents.intake.models import Monitor
from incidents.intake.services import watching
from incidents.intake.services.references import check_references
from incidents.paging.models import EscalationPolicy
from incidents.response.domain.severity import Severity
from reliability.access.domain.caller import Caller, Role
from reliability.access.domain.secret import hash_of_secret, new_link_secret
from reliability.access.models import Team
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.catalog.domain.name import name_mistake
from reliability.catalog.models import Service
from reliability.kit.cron import expression_mistake, normalized, zone_mistake
from reliability.web.errors import Conflict, Invalid, NotFound

PERIOD_MIN, PERIOD_MAX = timedelta(seconds=10), timedelta(days=366)
GRACE_MIN, GRACE_MAX = timedelta(seconds=10), timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an edit may change. Either a period, or a cron expression with the zone of its clocks."""

    title: str
    period: timedelta | None
    grace: timedelta
    cron: str = ""
    time_zone: str = ""
    severity: Severity = Severity.SEV3
    service: Service | None = None
    policy: EscalationPolicy | None = None


@dataclass(frozen=True, slots=True)
class NewAddress:
    """The monitor and the secret of its address, which nobody sees again."""

    monitor: Monitor
    secret: str


def create(*, caller: Caller, team: Team, name: str, settings: Settings, now: datetime, reason: str = "") -> NewAddress:
    """A new monitor of *team*, waiting for its first call. Raises Forbidden, NotFound, Invalid, Conflict."""
    require(caller=caller, team_id=team.pk, role=Role.EDITOR)
    mistake = name_mistake(name)
    if mistake:
        raise Invalid(details=[{"field": "name", "message": mistake}])
    _check(caller, team.pk, settings, now)
    secret = new_link_secret()
    monitor = Monitor(team=team, name=name, secret_hash=secret.hash, state_since_at=now, created_at=now)
    _apply(monitor, settings)
    try:
        with transaction.atomic():
            monitor.save(force_insert=True)
            changes = {field: [None, value] for field, value in _audited(monitor).items()}
            _record(caller, "monitor.create", monitor, now, changes, reason)
    except IntegrityError as error:
        message = f"there is a monitor {name!r} already (it may be another team's): choose another name"
        raise Conflict(message, reason="exists", details=[{"field": "name", "message": message}]) from error
    return NewAddress(monitor=monitor, secret=secret.text)


def update(
    *, caller: Caller, monitor: Monitor, settings: Settings, revision: int, now: datetime, reason: str = ""
) -> Monitor:
    """Change it; name and team stay. Raises Forbidden, NotFound, Invalid, Conflict when it was changed since."""
    with transaction.atomic():
        row = _locked(monitor)
        require(caller=caller, team_id=row.team_id, role=Role.EDITOR)
        if row.revision != revision:
            raise Conflict("somebody changed this monitor since you opened it: look at it and change it again")
        _check(caller, row.team_id, settings, now)
        before = _audited(row)
        watch = watching.watch_of(row)
        _apply(row, settings)
        row.revision += 1
        row.save(
            update_fields=(
                "title",
                "period_seconds",
                "cron",
                "time_zone",
                "grace_seconds",
                "severity",
                "service",
                "policy",
                "revision",
            )
        )
        changed = rescheduled(watch, rhythm=row.rhythm, grace=settings.grace)
        watching.keep(monitor=row, watch=changed, now=now)
        _record(caller, "monitor.update", row, now, audit.changes_between(old=before, new=_audited(row)), reason)
    return row


def pause(*, caller: Caller, monitor: Monitor, now: datetime, reason: str = "") -> Monitor:
    """Nothing fires until it is resumed; an open alert of it is resolved. Raises Forbidden, NotFound."""
    return _switch(caller, monitor, "pause", now, reason)


def resume(*, caller: Caller, monitor: Monitor, now: datetime, reason: str = "") -> Monitor:
    """Watch it again: its rhythm begins now. Raises Forbidden, NotFound."""
    return _switch(caller, monitor, "resume", now, reason)


def _switch(caller: Caller, monitor: Monitor, verb: str, now: datetime, reason: str) -> Monitor:
    require(caller=caller, team_id=monitor.team_id, role=Role.RESPONDER)
    with transaction.atomic():
        row = _locked(monitor)
        is_paused = row.state == Monitor.State.PAUSED.value
        if is_paused is (verb == "pause"):
            return row
        before: Watch = watching.watch_of(row)
        watching.keep(monitor=row, watch=(paused if verb == "pause" else resumed)(before, now=now), now=now)
        _record(caller, f"monitor.{verb}", row, now, {"state": [before.state.value, row.state]}, reason)
    return row


def renew_address(*, caller: Caller, monitor: Monitor, now: datetime, reason: str = "") -> NewAddress:
    """A new address; the former is dead at once. Raises Forbidden, NotFound."""
    require(caller=caller, team_id=monitor.team_id, role=Role.EDITOR)
    secret = new_link_secret()
    with transaction.atomic():
        row = _locked(monitor)
        row.secret_hash = secret.hash
        row.save(update_fields=("secret_hash",))
        _record(caller, "monitor.renew_address", row, now, {}, reason)
    return NewAddress(monitor=row, secret=secret.text)


def delete(*, caller: Caller, monitor: Monitor, now: datetime, reason: str = "") -> None:
    """Delete it with its calls; an open alert of it is resolved. Raises Forbidden, NotFound."""
    require(caller=caller, team_id=monitor.team_id, role=Role.EDITOR)
    with transaction.atomic():
        row = _locked(monitor)
        changes = {field: [value, None] for field, value in _audited(row).items()}
        _record(caller, "monitor.delete", row, now, changes, reason)
        watching.forget(monitor=row, now=now)
        row.delete()


def monitor_of_secret(*, presented: str) -> Monitor | None:
    return Monitor.objects.filter(secret_hash=hash_of_secret(presented)).first()


def _locked(monitor: Monitor) -> Monitor:
    row: Monitor | None = (
        Monitor.objects.select_for_update(of=("self",))
        .select_related("team", "service", "policy")
        .filter(pk=monitor.pk)
        .first()
    )
    if row is None:
        raise NotFound(f"the monitor {monitor.name!r} was deleted")
    return row


def _apply(monitor: Monitor, settings: Settings) -> None:
    monitor.title = settings.title.strip()
    monitor.period_seconds = None if settings.period is None else int(settings.period.total_seconds())
    monitor.cron, monitor.time_zone = normalized(settings.cron), settings.time_zone if settings.cron else ""
    monitor.grace_seconds = int(settings.grace.total_seconds())
    monitor.severity = settings.severity.value
    monitor.service, monitor.policy = settings.service, settings.policy


def _check(caller: Caller, team_id: int, settings: Settings, now: datetime) -> None:
    details = _rhythm_mistakes(settings, now)
    if not 1 <= len(settings.title.strip()) <= 120:
        details.append({"field": "title", "message": "a title has 1 to 120 characters"})
    if not GRACE_MIN <= settings.grace <= GRACE_MAX:
        details.append({"field": "grace", "message": "a grace is between 10 s and 31 days"})
    if details:
        raise Invalid(details=details)
    check_references(caller=caller, team_id=team_id, service=settings.service, policy=settings.policy)


def _rhythm_mistakes(settings: Settings, now: datetime) -> list[dict[str, str]]:
    cron = normalized(settings.cron)
    if (settings.period is None) is (cron == ""):
        return [{"field": "period", "message": "give either a period or a cron expression"}]
    if settings.period is not None:
        is_fit = PERIOD_MIN <= settings.period <= PERIOD_MAX
        return [] if is_fit else [{"field": "period", "message": "a period is between 10 s and 366 days"}]
    found = {"cron": expression_mistake(cron, now=now), "time_zone": zone_mistake(settings.time_zone)}
    return [{"field": field, "message": message} for field, message in found.items() if message]


def _audited(monitor: Monitor) -> dict[str, Any]:
    return {
        "title": monitor.title,
        "team": monitor.team.slug,
        "period_seconds": monitor.period_seconds,
        "cron": monitor.cron,
        "time_zone": monitor.time_zone,
        "grace_seconds": monitor.grace_seconds,
        "severity": monitor.severity,
        "service": monitor.service and monitor.service.name,
        "policy": monitor.policy and monitor.policy.slug,
    }


def _record(caller: Caller, action: str, monitor: Monitor, now: datetime, changes: audit.Changes, reason: str) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind="monitor",
        object_name=monitor.name,
        team_id=monitor.team_id,
        now=now,
        changes=changes,
        reason=reason,
    )
