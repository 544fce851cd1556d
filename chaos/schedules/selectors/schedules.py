"""Schedules, their firings, and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from chaos.schedules.domain.policies import Outcome
from chaos.schedules.models import Firing, Schedule
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from reliability.web.errors import NotFound

# Of one schedule, and of all, in one period: a calendar of more is not read by anybody.
UPCOMING_OF_ONE_MAX = 300
UPCOMING_MAX = 5_000
STATES = ("active", "paused", "archived", "over")


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A firing that is planned. schedule: with team, experiment and its service at hand. at: the instant it is due.
    starts_at: later than that when a window has to open first."""

    schedule: Schedule
    at: datetime
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleFilters:
    """Empty fields do not filter. state: one of STATES. text: words of the experiment."""

    team_slug: str = ""
    service_name: str = ""
    experiment_slug: str = ""
    state: str = ""
    text: str = ""


def list_schedules(*, caller: Caller, filters: ScheduleFilters | None = None) -> QuerySet[Schedule]:
    """Readable schedules with everything at hand, the next to fire first; `last_id`: their newest settled firing."""
    wanted = filters or ScheduleFilters()
    last = Firing.objects.filter(schedule=OuterRef("pk")).exclude(outcome=Outcome.WAITING.value)
    found = _joined(caller).annotate(last_id=Subquery(last.order_by("-due_at", "-pk").values("pk")[:1]))
    equal = {
        "team__slug": wanted.team_slug,
        "experiment__service__name": wanted.service_name,
        "experiment__slug": wanted.experiment_slug,
    }
    found = found.filter(**{name: value for name, value in equal.items() if value})
    if wanted.state:
        found = found.filter(_in_state(wanted.state))
    for word in wanted.text.split()[:8]:
        found = found.filter(Q(experiment__title__icontains=word) | Q(experiment__slug__icontains=word))
    return found.order_by(F("next_at").asc(nulls_last=True), "experiment__title", "pk")


def last_firings(*, schedules: Iterable[Schedule]) -> dict[int, Firing]:
    """By the id of the schedule, of rows of `list_schedules`. One query."""
    ids = [last_id for one in schedules if (last_id := getattr(one, "last_id", None)) is not None]
    return {one.schedule_id: one for one in Firing.objects.filter(pk__in=ids).select_related("run")}


def schedule(*, caller: Caller, pk: int) -> Schedule:
    """One readable schedule. Raises NotFound, for those of private teams of others, too."""
    found: Schedule | None = _joined(caller).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotFound(f"there is no schedule {pk}, or it is not yours to see")
    return found


def firings_of(*, schedule: Schedule) -> QuerySet[Firing]:
    """Its history with runs, the newest first."""
    runs = schedule.firings.select_related("run").defer("run__journal")
    return runs.order_by("-due_at", "-pk")


def state_of(*, schedule: Schedule) -> str:
    """active, paused, archived (its experiment is), or over: nothing comes any more."""
    if schedule.experiment.is_archived:
        return "archived"
    if schedule.is_paused:
        return "paused"
    return "over" if schedule.next_at is None else "active"


def upcoming(*, teams: Collection[int], period: Period) -> list[Upcoming]:
    """What the schedules of these teams (ids) will fire in the period, in order; not what is paused or archived.

    What is due in the period, and starts in it or later; without what no window lets start. Bounded: the first of each.
    """
    rows = Schedule.objects.filter(team_id__in=teams, is_paused=False, experiment__is_archived=False)
    wanted = rows.filter(next_at__lt=period.end).select_related("team", "experiment__service").order_by("next_at", "pk")
    found: list[Upcoming] = []
    for one in wanted:
        timing = one.timing
        start = max(period.start, one.next_at)
        due = timing.due_in(Period(start, max(start, period.end)))
        for at in islice(due, UPCOMING_OF_ONE_MAX):
            starts_at = timing.starts_at(at)
            if starts_at is not None:
                found.append(Upcoming(one, at, starts_at))
        if len(found) >= UPCOMING_MAX:
            break
    return sorted(found, key=lambda one: (one.starts_at, one.schedule.pk, one.at))[:UPCOMING_MAX]


def _joined(caller: Caller) -> QuerySet[Schedule]:
    found: QuerySet[Schedule] = Schedule.objects.readable_by(caller)
    return found.select_related("team", "experiment__team", "experiment__service", "owner", "owner_token")


def _in_state(state: str) -> Q:
    is_archived = Q(experiment__is_archived=True)
    return {
        "archived": is_archived,
        "paused": ~is_archived & Q(is_paused=True),
        "over": ~is_archived & Q(is_paused=False, next_at=None),
        "active": ~is_archived & Q(is_paused=False, next_at__isnull=False),
    }[state]
