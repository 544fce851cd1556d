"""Experiments, game days and toil of a period."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from chaos.gamedays.domain.states import State
from chaos.gamedays.selectors.game_days import GameDayFilters, list_game_days
from chaos.runs.domain.states import Verdict
from incidents.learning.selectors.review import Review
from reliability.access.domain.caller import Caller
from reliability.access.selectors.teams import readable_teams
from reliability.duties.domain.toil import share_of
from reliability.duties.selectors.toil import ToilFilters, capacities, spent
from reliability.kit.periods import Period
from reliability.reports.domain.figures import Better, Unit, figure
from reliability.reports.domain.report import Figure

_WEEK = Decimal(7)


def figures(
    *, caller: Caller, team_slug: str, review: Review, whole: Period, before: Period, url: str, days_url: str
) -> tuple[Figure, ...]:
    """Real runs that ended, of which held and deviated; game days that were held. One query."""
    ran, past = review.runs.by_verdict, review.runs.before
    held, held_before = _game_days(caller, team_slug, whole, before)
    return (
        figure(
            "experiments", "Experiments", now=sum(ran.values()), before=sum(past.values()), better=Better.MORE,
            url=url,
        ),
        figure(
            "held", "of which held", now=ran[Verdict.HELD], before=past[Verdict.HELD], better=Better.MORE, url=url
        ),
        figure(
            "deviated", "of which deviated", now=ran[Verdict.DEVIATED], before=past[Verdict.DEVIATED],
            better=Better.NEITHER, url=url,
        ),
        figure("game-days", "Game days held", now=held, before=held_before, better=Better.MORE, url=days_url),
    )  # fmt: skip


def toil(
    *, caller: Caller, team_slug: str, passed: Period, before: Period, zone: ZoneInfo, url: str
) -> tuple[Figure, ...]:
    """Hours, and their share of the capacity of one team (of all teams together nobody said what that is)."""
    now, past = days_of(passed, zone), days_of(before, zone)
    filters = ToilFilters(team_slug=team_slug, since=past[0], until=max(now[1], past[1]))
    rows = spent(caller=caller, filters=filters)
    hours, hours_before = (
        sum((one.hours for one in rows if first <= one.day < last), Decimal()) for first, last in (now, past)
    )
    found = [figure("toil", "Toil", now=float(hours), before=float(hours_before), unit=Unit.HOURS, url=url)]
    team = readable_teams(caller=caller).filter(slug=team_slug).first() if team_slug else None
    if team is not None:
        capacity, _ = capacities(teams=[team])[team.pk]
        shares = [_share(hours, capacity, now), _share(hours_before, capacity, past)]
        found.append(
            figure("toil-share", "of the team's time", now=shares[0], before=shares[1], unit=Unit.SHARE, url=url)
        )
    return tuple(found)


def _share(hours: Decimal, capacity: Decimal, days: tuple[date, date]) -> float | None:
    found = share_of(hours=hours, capacity=capacity, weeks=Decimal((days[1] - days[0]).days) / _WEEK)
    return None if found is None else float(found)


def days_of(period: Period, zone: ZoneInfo) -> tuple[date, date]:
    """Days of the zone with a moment in the period, half-open."""
    first = period.start.astimezone(zone).date()
    if period.is_empty:
        return first, first
    return first, (period.end - timedelta(microseconds=1)).astimezone(zone).date() + timedelta(days=1)


def _game_days(caller: Caller, team_slug: str, whole: Period, before: Period) -> tuple[int, int]:
    both = Period(before.start, whole.end)
    filters = GameDayFilters(team_slug=team_slug, states=(State.DONE,), starts=both)
    starts: list[datetime | None] = list(
        list_game_days(caller=caller, filters=filters).order_by().values_list("starts_at", flat=True)
    )
    known = [one for one in starts if one is not None]
    return sum(whole.contains(one) for one in known), sum(before.contains(one) for one in known)
