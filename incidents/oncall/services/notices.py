"""Telling people of their shifts: facts written exactly once for each shift, also when several workers look."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from incidents.oncall.domain.rota import Shift, by_person
from incidents.oncall.models import Schedule, ShiftNotice
from incidents.oncall.selectors.oncall import shifts
from incidents.oncall.services.due import SHIFTS
from reliability.kit.instants import format_instant
from reliability.kit.periods import Period
from reliability.outbox.models import Due
from reliability.outbox.services.facts import emit

SHIFT_BEGAN = "ShiftBegan"
SHIFT_COMING = "ShiftComing"
# After a longer stop the shift in force is still told, but not those that came and went.
_LATE_MAX = timedelta(days=1)
_AHEAD = timedelta(days=35)
_KEPT = timedelta(days=60)
_LOOK_AGAIN = timedelta(days=1)


def tell(*, schedule_id: int, now: datetime) -> datetime | None:
    """Write what is to be told of the schedule's shifts now. Returns when to look again, None when it is gone."""
    with transaction.atomic():
        schedule = Schedule.objects.select_for_update(of=("self",)).filter(pk=schedule_id).first()
        if schedule is None:
            return None
        lead = timedelta(minutes=schedule.notice_minutes)
        period = Period(max(now - _LATE_MAX, schedule.created_at - timedelta(minutes=1)), now + lead + _AHEAD)
        upcoming = now + lead + _LOOK_AGAIN
        for shift in by_person(shifts(schedule_ids=[schedule_id], period=period)[schedule_id]):
            if shift.start == period.start or shift.end <= now:
                continue  # it began before we looked, or is over
            if shift.start <= now:
                _tell_once(schedule, shift, ShiftNotice.Kind.BEGAN, period, now)
            elif shift.start - lead <= now:
                _tell_once(schedule, shift, ShiftNotice.Kind.COMING, period, now)
                upcoming = min(upcoming, shift.start)
            else:
                upcoming = min(upcoming, shift.start - lead)
        ShiftNotice.objects.filter(schedule=schedule, start_at__lt=now - _KEPT).delete()
    return upcoming


def ensure(*, now: datetime) -> None:
    """Each schedule has its row of due work, whatever happened to it."""
    known = {int(key) for key in Due.objects.filter(kind=SHIFTS).values_list("key", flat=True)}
    missing = set(Schedule.objects.values_list("pk", flat=True)) - known
    Due.objects.bulk_create(
        (Due(kind=SHIFTS, key=str(pk), due_at=now) for pk in sorted(missing)), ignore_conflicts=True
    )


def _tell_once(schedule: Schedule, shift: Shift, kind: ShiftNotice.Kind, period: Period, now: datetime) -> None:
    _, is_new = ShiftNotice.objects.get_or_create(
        schedule=schedule,
        user_id=shift.user_id,
        kind=kind.value,
        start_at=shift.start,
        defaults={"end_at": shift.end, "created_at": now},
    )
    if is_new:
        emit(
            kind=SHIFT_BEGAN if kind is ShiftNotice.Kind.BEGAN else SHIFT_COMING,
            payload={
                "schedule_id": schedule.pk,
                "schedule": schedule.slug,
                "title": schedule.title,
                "team_id": schedule.team_id,
                "user_id": shift.user_id,
                "start": format_instant(shift.start),
                # None: no end within five weeks.
                "end": None if shift.end >= period.end else format_instant(shift.end),
            },
            team_id=schedule.team_id,
            now=now,
        )
