"""Who is on call now in many schedules, until when, and who follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.oncall.domain.rota import Shift, by_person
from incidents.oncall.models import Schedule
from incidents.oncall.selectors.oncall import shifts
from reliability.access.models import User
from reliability.kit.periods import Period

# How far ahead a hand-over is looked for.
HORIZON = timedelta(days=56)


@dataclass(frozen=True, slots=True)
class Standing:
    """user: on call now, None is a gap. until: when that changes, None when not within eight weeks.

    next_user: on call from next_start on, None when nobody is within eight weeks.
    """

    schedule: Schedule
    user: User | None
    until: datetime | None
    next_user: User | None
    next_start: datetime | None


@dataclass(frozen=True, slots=True)
class OwnShift:
    """A shift of one person; is_open: it goes on beyond what was looked at."""

    schedule: Schedule
    shift: Shift
    is_open: bool


def standings(*, schedules: Iterable[Schedule], now: datetime) -> list[Standing]:
    """One for each schedule, in their order: three queries whatever their number."""
    known = list(schedules)
    period = Period(now, now + HORIZON)
    ahead = {
        pk: by_person(found) for pk, found in shifts(schedule_ids=[entry.pk for entry in known], period=period).items()
    }
    users = User.objects.in_bulk({shift.user_id for found in ahead.values() for shift in found[:2]})
    return [_standing(schedule, ahead[schedule.pk], users, period) for schedule in known]


def shifts_of_person(*, schedules: Iterable[Schedule], user_id: int, period: Period) -> list[OwnShift]:
    """When the person is on call within *period*, in order of time: two queries."""
    known = {schedule.pk: schedule for schedule in schedules}
    found = [
        OwnShift(known[pk], shift, is_open=shift.end >= period.end)
        for pk, own in shifts(schedule_ids=known, period=period).items()
        for shift in by_person(own)
        if shift.user_id == user_id
    ]
    return sorted(found, key=lambda own: (own.shift.start, own.schedule.title))


def _standing(schedule: Schedule, ahead: list[Shift], users: dict[int, User], period: Period) -> Standing:
    current = ahead[0] if ahead and ahead[0].start <= period.start else None
    following = ahead[1:] if current else ahead
    until = current.end if current else following[0].start if following else None
    if until is not None and until >= period.end:
        until = None
    upcoming = following[0] if following else None
    return Standing(
        schedule=schedule,
        user=users.get(current.user_id) if current else None,
        until=until,
        next_user=users.get(upcoming.user_id) if upcoming else None,
        next_start=upcoming.start if upcoming else None,
    )
