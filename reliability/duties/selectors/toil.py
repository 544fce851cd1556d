"""Toil: entries as lists, and hours by team and week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from reliability.access.domain.caller import Caller
from reliability.access.models import Membership, Team
from reliability.catalog.models import Service
from reliability.duties.domain.toil import HOURS_PER_PERSON, Spent, monday_of, share_of
from reliability.duties.models import Capacity, ToilEntry
from reliability.web.errors import NotFound

_ID_END = 2**63
_WEEK = Decimal(7)


@dataclass(frozen=True, slots=True)
class ToilFilters:
    """Empty fields do not filter. since, until: days, half-open."""

    text: str = ""
    team_slug: str = ""
    service_name: str = ""
    category: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TeamToil:
    """is_reckoned: nobody said what the team's capacity is, so it is its people × 40 h. shares: None: not known."""

    team: Team
    capacity: Decimal
    is_reckoned: bool
    this_week: Decimal
    last_week: Decimal
    this_month: Decimal
    week_share: Decimal | None
    month_share: Decimal | None


def list_toil(*, caller: Caller, filters: ToilFilters | None = None) -> QuerySet[ToilEntry]:
    """Readable entries, the newest day first, with team and service."""
    wanted = filters or ToilFilters()
    found: QuerySet[ToilEntry] = ToilEntry.objects.readable_by(caller)
    for word in wanted.text.split()[:8]:
        found = found.filter(Q(what__icontains=word) | Q(by_name__icontains=word))
    given = {
        "team__slug": wanted.team_slug,
        "category": wanted.category,
        "day__gte": wanted.since,
        "day__lt": wanted.until,
    }
    found = found.filter(**{name: value for name, value in given.items() if value})
    if wanted.service_name:
        found = found.filter(service__in=Service.objects.readable_by(caller).filter(name=wanted.service_name))
    return found.select_related("team", "service").order_by("-day", "-pk")


def toil_entry(*, caller: Caller, pk: int) -> ToilEntry:
    """Raises NotFound."""
    rows: QuerySet[ToilEntry] = ToilEntry.objects.readable_by(caller).select_related("team", "service")
    found = rows.filter(pk=min(pk, _ID_END - 1)).first()
    if found is None:
        raise NotFound(f"there is no toil entry {pk}, or it is not yours to see")
    return found


def spent(*, caller: Caller, filters: ToilFilters) -> list[Spent]:
    """Hours by team, day and category. One query."""
    rows = list_toil(caller=caller, filters=filters).order_by().values_list("team_id", "day", "category")
    return [Spent(team_id, day, category, hours) for team_id, day, category, hours in rows.annotate(Sum("hours"))]


def capacities(*, teams: Iterable[Team]) -> dict[int, tuple[Decimal, bool]]:
    """Hours a week of each, and whether they are reckoned from its people. Two queries."""
    ids = [team.pk for team in teams]
    said = dict(Capacity.objects.filter(team_id__in=ids).values_list("team_id", "hours_per_week"))
    members = Membership.objects.filter(team_id__in=ids, user__is_active=True).order_by().values_list("team_id")
    counted = dict(members.annotate(Count("pk")))
    return {pk: (said[pk], False) if pk in said else (HOURS_PER_PERSON * counted.get(pk, 0), True) for pk in ids}


def by_team(*, caller: Caller, teams: Iterable[Team], today: date) -> list[TeamToil]:
    """Of each team this week, the one before and this month, of which the shares count the days that have passed."""
    shown = list(teams)
    monday, first = monday_of(today), today.replace(day=1)
    since = min(monday - timedelta(weeks=1), first)
    rows = spent(caller=caller, filters=ToilFilters(since=since, until=today + timedelta(days=1)))
    capacity = capacities(teams=shown)
    return [_of_team(team, [one for one in rows if one.team_id == team.pk], capacity[team.pk], today) for team in shown]


def _of_team(team: Team, rows: list[Spent], capacity: tuple[Decimal, bool], today: date) -> TeamToil:
    monday, first = monday_of(today), today.replace(day=1)
    hours, is_reckoned = capacity
    week = _sum(rows, monday, today)
    month = _sum(rows, first, today)
    return TeamToil(
        team=team,
        capacity=hours,
        is_reckoned=is_reckoned,
        this_week=week,
        last_week=_sum(rows, monday - timedelta(weeks=1), monday - timedelta(days=1)),
        this_month=month,
        week_share=share_of(hours=week, capacity=hours),
        month_share=share_of(hours=month, capacity=hours, weeks=Decimal(today.day) / _WEEK),
    )


def _sum(rows: list[Spent], first: date, last: date) -> Decimal:
    return sum((one.hours for one in rows if first <= one.day <= last), Decimal())
