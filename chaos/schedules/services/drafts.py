"""A schedule as somebody wants it, checked before it is stored or shown ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings

from chaos.experiments.models import Experiment
from chaos.runs.domain.states import Mode
from chaos.schedules.domain.policies import Misfire, Outside
from chaos.schedules.domain.timing import Timing
from chaos.schedules.domain.windows import read_windows, windows_json
from chaos.schedules.models import Schedule
from reliability.kit.cron import expression_mistake, normalized, zone_mistake
from reliability.kit.instants import END
from reliability.kit.times import TimeError
from reliability.web.errors import Conflict, Invalid

GRACE_MINUTES_MAX = 24 * 60
REASON_MAX = 300
_YEARS = (2000, 2900)


@dataclass(frozen=True, slots=True)
class ScheduleDraft:
    """once_at, or cron on the clocks of time_zone. windows: in the notation of restrictions."""

    once_at: datetime | None = None
    cron: str = ""
    time_zone: str = "UTC"
    windows: Sequence[Any] = ()
    outside: Outside = Outside.SKIP
    first_day: date | None = None
    last_day: date | None = None
    misfire: Misfire = Misfire.SKIP
    grace_minutes: int = 10
    mode: Mode = Mode.REAL
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """columns: of the row."""

    columns: dict[str, Any]
    timing: Timing


def draft_of(*, schedule: Schedule) -> ScheduleDraft:
    """What is stored, as a draft to change."""
    return ScheduleDraft(**{one.name: getattr(schedule, one.name) for one in fields(ScheduleDraft)})


def check(*, experiment: Experiment, draft: ScheduleDraft, former_once_at: datetime | None, now: datetime) -> Checked:
    """Raises Invalid with what to change in each field, Conflict for an archived experiment.

    former_once_at: of the stored schedule, which may lie in the past.
    """
    if experiment.is_archived:
        raise Conflict(f"{experiment.slug} is archived: take it out of the archive first", reason="archived")
    cron = normalized(draft.cron)
    mistakes = {
        **_when(draft, cron, former_once_at, now),
        "time_zone": zone_mistake(draft.time_zone),
        "grace_minutes": _grace(draft.grace_minutes),
        "reason": f"has at most {REASON_MAX} characters" if len(draft.reason.strip()) > REASON_MAX else "",
        "first_day": _day(draft.first_day),
        "last_day": _day(draft.last_day),
    }
    if draft.first_day and draft.last_day and draft.last_day < draft.first_day:
        mistakes["last_day"] = "must not lie before the first day"
    try:
        windows = read_windows(list(draft.windows))
        if len(windows) > settings.SCHEDULE_WINDOWS_MAX:
            mistakes["windows"] = f"at most {settings.SCHEDULE_WINDOWS_MAX} windows: put weekdays together"
    except TimeError as error:
        mistakes["windows"] = str(error)
    details = [{"field": field, "message": message} for field, message in mistakes.items() if message]
    if details:
        raise Invalid(details=details)
    timing = Timing(
        once_at=draft.once_at,
        cron=cron,
        zone_name=draft.time_zone,
        first_day=draft.first_day,
        last_day=draft.last_day,
        windows=windows,
        outside=Outside(draft.outside),
        misfire=Misfire(draft.misfire),
        grace=timedelta(minutes=draft.grace_minutes),
    )
    _check_it_comes(timing, former_once_at, now)
    columns = {
        "mode": Mode(draft.mode).value,
        "once_at": draft.once_at,
        "cron": cron,
        "time_zone": draft.time_zone,
        "windows": windows_json(windows),
        "outside": timing.outside.value,
        "first_day": draft.first_day,
        "last_day": draft.last_day,
        "misfire": timing.misfire.value,
        "grace_minutes": draft.grace_minutes,
        "reason": draft.reason.strip(),
    }
    return Checked(columns, timing)


def _when(draft: ScheduleDraft, cron: str, former_once_at: datetime | None, now: datetime) -> dict[str, str]:
    if (draft.once_at is None) == (cron == ""):
        return {"cron": "say when: either one instant, or a cron expression such as 0 10 * * tue"}
    if draft.once_at is None:
        return {"cron": expression_mistake(cron, now=now)}
    if draft.once_at.second or draft.once_at.microsecond:
        return {"once_at": "must be a whole minute: leave the seconds out"}
    if draft.once_at >= END - timedelta(days=400):
        return {"once_at": "lies too far ahead: write an instant before 2998"}
    if draft.once_at <= now and draft.once_at != former_once_at:
        return {"once_at": f"must lie in the future: it is {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"}
    return {}


def _grace(minutes: int) -> str:
    if 1 <= minutes <= GRACE_MINUTES_MAX:
        return ""
    return f"must be from 1 to {GRACE_MINUTES_MAX:,} minutes (a day), got {minutes:,}"


def _day(day: date | None) -> str:
    """Midnights of the first and last years that Python knows have no instant in some zones."""
    if day is None or _YEARS[0] <= day.year <= _YEARS[1]:
        return ""
    return f"must lie in the years {_YEARS[0]} to {_YEARS[1]}, got {day.isoformat()}"


def _check_it_comes(timing: Timing, former_once_at: datetime | None, now: datetime) -> None:
    """A schedule that can never fire is a mistake, save a past one-off that is kept as it was."""
    if timing.once_at is not None and timing.once_at == former_once_at and timing.once_at <= now:
        return
    due_at = timing.next_due(after=now)
    if due_at is None:
        days = {"field": "last_day", "message": "it is never due between its first and last day: change them, or when"}
        raise Invalid(details=[days])
    if timing.once_at is not None and timing.starts_at(due_at) is None:
        message = "this instant lies outside of the windows: choose another, or let it wait for the next window"
        raise Invalid(details=[{"field": "once_at", "message": message}])
