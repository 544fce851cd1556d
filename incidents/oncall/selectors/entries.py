"""On-call shifts in the chaos calendar: nobody breaks on purpose what nobody watches."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from chaos.runs.calendar import ENTRIES_MAX, Entry, Kind
from incidents.oncall.domain.rota import by_person
from incidents.oncall.models import Schedule
from incidents.oncall.selectors.oncall import shifts
from reliability.access.models import User
from reliability.kit.periods import Period

SCHEDULES_MAX = 100


def shifts_in_calendar(*, team_ids: Collection[int], period: Period) -> list[Entry]:
    """Who is on call in the schedules of these teams: four queries."""
    rows = Schedule.objects.filter(team_id__in=team_ids).order_by("title", "pk")[:SCHEDULES_MAX]
    known = {schedule.pk: schedule for schedule in rows}
    found = [
        (known[pk], shift) for pk, own in shifts(schedule_ids=known, period=period).items() for shift in by_person(own)
    ][:ENTRIES_MAX]
    users = User.objects.in_bulk({shift.user_id for _, shift in found})
    return [
        Entry(
            kind=Kind.ON_CALL,
            title=f"{users.get(shift.user_id, 'somebody')}: {schedule.title}",
            start=shift.start,
            end=shift.end,
            url=reverse("oncall-schedule", args=(schedule.slug,)),
            team_id=schedule.team_id,
        )
        for schedule, shift in found
    ]
