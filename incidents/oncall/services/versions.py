"""What a schedule asks for over time: an edit is a new version, so that the past stays as it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from incidents.oncall.domain.notation import to_json
from incidents.oncall.domain.rota import Definition
from incidents.oncall.models import Schedule, ScheduleVersion
from incidents.oncall.selectors.schedules import newest_version
from incidents.oncall.services.audited import differences
from reliability.access.domain.caller import Caller
from reliability.kit.instants import EPOCH, floor_minute
from reliability.web.errors import Invalid

_AHEAD_MAX = timedelta(days=366)


def begin(*, schedule: Schedule, definition: Definition, caller: Caller, reason: str) -> ScheduleVersion:
    """The first version holds since ever: a rotation may have begun before it was written down."""
    return ScheduleVersion.objects.create(
        schedule=schedule,
        definition=to_json(definition),
        effective_from=EPOCH,
        author_name=caller.name[:160],
        reason=reason,
    )


def put(
    *,
    schedule: Schedule,
    definition: Definition,
    effective_from: datetime | None,
    caller: Caller,
    reason: str,
    now: datetime,
) -> dict[str, list[Any]]:
    """Make *definition* hold from *effective_from* on, default now; later versions are replaced by it.

    Returns the differences as the audit trail wants them, none when nothing changes. Raises Invalid.
    """
    newest = newest_version(schedule=schedule)
    written = to_json(definition)
    if newest is not None and newest.definition == written and effective_from is None:
        return {}
    instant = _instant(effective_from, now)
    later = schedule.versions.filter(effective_from__gte=instant)
    if _says(later, instant, written) or (not later.exists() and newest is not None and newest.definition == written):
        return {}  # sent again
    later.delete()
    before = newest_version(schedule=schedule)
    if before is None or before.definition != written:
        ScheduleVersion.objects.create(
            schedule=schedule,
            definition=written,
            effective_from=instant,
            author_name=caller.name[:160],
            reason=reason,
        )
    _forget_oldest(schedule)
    changes = differences(old=newest.definition if newest is not None else None, new=written)
    if effective_from is not None:
        changes["effective_from"] = [None, instant.isoformat()]
    return changes


def _says(later: QuerySet[ScheduleVersion], instant: datetime, written: dict[str, Any]) -> bool:
    """Whether *written* is what holds from *instant* on already, and the only thing from there on."""
    return [(entry.effective_from, entry.definition) for entry in later[:2]] == [(instant, written)]


def _instant(given: datetime | None, now: datetime) -> datetime:
    instant = floor_minute(given or now)
    if instant > now + _AHEAD_MAX:
        raise Invalid(details=[{"field": "effective_from", "message": "must be at most a year ahead"}])
    return instant


def _forget_oldest(schedule: Schedule) -> None:
    """Beyond the bound the oldest go: an edit at night is never refused because of old ones."""
    kept = schedule.versions.order_by("-effective_from").values_list("pk", flat=True)[: settings.ONCALL_VERSIONS_MAX]
    schedule.versions.exclude(pk__in=list(kept)).delete()
