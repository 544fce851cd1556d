"""How often each person was called, how often at night, and per week on call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from incidents.oncall.models import Schedule
from incidents.oncall.selectors.oncall import shifts
from incidents.paging.domain.quiet_hours import Quiet
from incidents.paging.models import Notification, QuietHours
from incidents.response.domain.interruptions import Calls, calls_of
from reliability.access.domain.caller import Caller
from reliability.access.models import Team, User
from reliability.access.selectors.teams import readable_teams
from reliability.kit.periods import Period


@dataclass(frozen=True, slots=True)
class PersonCalls:
    person: User
    calls: Calls


def pages_per_person(*, caller: Caller, period: Period, team_slug: str = "") -> list[PersonCalls]:
    """Everybody who was called for, or on call in, the teams that the caller may read; the most called first.

    One call is one step of one escalation that reached the person, by however many messages. It counts when the first
    of them was delivered. Time on call counts from the creation of a schedule: nobody could be called by it before,
    although it answers for any date (decision 80). Six queries, whatever the number of people.
    """
    pages = pages_by_person(caller=caller, period=period, team_slug=team_slug)
    on_call = shifts_by_person(caller=caller, period=period, team_slug=team_slug)
    people = User.objects.in_bulk(pages.keys() | on_call.keys())
    quiet = _quiet(people.keys())
    found = [
        PersonCalls(
            person,
            calls_of(
                pages=pages.get(pk, ()), zone_name=person.time_zone, quiet=quiet.get(pk), shifts=on_call.get(pk, ())
            ),
        )
        for pk, person in people.items()
    ]
    return sorted(found, key=lambda one: (-one.calls.pages, -one.calls.night_pages, one.person.name, one.person.pk))


def pages_by_person(*, caller: Caller, period: Period, team_slug: str = "") -> Mapping[int, list[datetime]]:
    """When each person was called, one instant for each call; one query and the teams."""
    told = Notification.objects.filter(
        purpose=Notification.Purpose.PAGE,
        state__in=(Notification.State.SENT, Notification.State.BUNDLED),
        escalation__isnull=False,
        user__isnull=False,
        created_at__gte=period.start,
        created_at__lt=period.end,
        team__in=_teams(caller, team_slug),
    )
    first: dict[tuple[int, int, int, int, int], datetime] = {}
    rows = told.order_by("created_at", "pk").values_list(
        "user_id", "escalation_id", "epoch", "step", "pass_number", "sent_at", "created_at"
    )
    for user_id, escalation_id, epoch, step, pass_number, sent_at, created_at in rows.iterator(chunk_size=2000):
        call = (user_id, escalation_id, epoch, step, pass_number)
        first[call] = min(first.get(call, sent_at or created_at), sent_at or created_at)
    pages: dict[int, list[datetime]] = defaultdict(list)
    for (user_id, *_), at in first.items():
        pages[user_id].append(at)
    return pages


def shifts_by_person(*, caller: Caller, period: Period, team_slug: str = "") -> Mapping[int, list[Period]]:
    """When each person was on call, as far as that lies in the period."""
    created = dict(Schedule.objects.filter(team__in=_teams(caller, team_slug)).values_list("pk", "created_at"))
    of_person: dict[int, list[Period]] = defaultdict(list)
    for schedule_id, own in shifts(schedule_ids=created, period=period).items():
        for shift in own:
            start = max(shift.start, created[schedule_id])
            part = Period(start, shift.end).intersection(period) if start < shift.end else None
            if part is not None:
                of_person[shift.user_id].append(part)
    return of_person


def _teams(caller: Caller, team_slug: str) -> QuerySet[Team]:
    teams = readable_teams(caller=caller)
    return teams.filter(slug=team_slug) if team_slug else teams


def _quiet(user_ids: Collection[int]) -> dict[int, Quiet]:
    rows = QuietHours.objects.filter(user_id__in=list(user_ids))
    return {row.user_id: Quiet(start=row.start, end=row.end, weekdays=frozenset(row.weekdays)) for row in rows}
