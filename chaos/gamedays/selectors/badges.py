"""Badges of a team, when it wants to see them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from chaos.gamedays.domain.badges import Badge, Held, Noticed, Tried, badges
from chaos.gamedays.domain.score import first_since
from chaos.gamedays.domain.states import ObservationKind, State
from chaos.gamedays.models import GameDay, Observation, Scenario, TeamSettings
from chaos.gamedays.selectors.room import fault_at_of
from chaos.runs.domain.states import Verdict
from reliability.access.models import Team

# The newest game days that count.
DAYS_MAX = 200

__all__ = ["Badge", "badges_of", "has_badges"]


def has_badges(*, team_id: int) -> bool:
    """Whether the team switched them on."""
    return TeamSettings.objects.filter(team_id=team_id, has_badges=True).exists()


def badges_of(*, team: Team, now: datetime) -> list[Badge]:
    """Of closed game days up to *now*, in the order they were earned; empty when they are off.

    Ask `team()` for the team: it checks the caller. Four queries whatever the number of game days.
    """
    if not has_badges(team_id=team.pk):
        return []
    rows = GameDay.objects.filter(team=team, state=State.DONE, closed_at__lte=now).defer("record")
    days = list(rows.order_by("-closed_at", "-pk")[:DAYS_MAX])
    of_days = [day.pk for day in days]
    scenarios: dict[int, list[Scenario]] = {}
    joined = Scenario.objects.filter(game_day__in=of_days).exclude(began_at=None)
    for one in joined.select_related("experiment", "run").defer("run__journal").order_by("pk"):
        scenarios.setdefault(one.game_day_id, []).append(one)
    seen: dict[int, list[Observation]] = {}
    wanted = (ObservationKind.NOTICED, ObservationKind.FAULT_FOUND)
    for observation in Observation.objects.filter(game_day__in=of_days, kind__in=wanted, retracted_at=None).order_by(
        "at", "pk"
    )[: settings.GAME_DAY_OBSERVATIONS_MAX * 10]:
        seen.setdefault(observation.game_day_id, []).append(observation)
    return badges(days=[_day(day, scenarios.get(day.pk, []), seen.get(day.pk, [])) for day in days])


def _day(day: GameDay, scenarios: list[Scenario], seen: list[Observation]) -> Held:
    at = day.started_at or day.created_at
    local = at.astimezone(ZoneInfo(day.zone))
    found = [(one.at, one.text[:80]) for one in seen if one.kind == ObservationKind.FAULT_FOUND]
    noticed = []
    for scenario in scenarios:
        fault_at = fault_at_of(scenario=scenario)
        instants = [one.at for one in seen if one.kind == ObservationKind.NOTICED and one.scenario_id == scenario.pk]
        first = first_since(fault_at=fault_at, instants=instants)
        if first is not None and fault_at is not None:
            noticed.append(Noticed(scenario.title, (first - fault_at).total_seconds(), first))
    tried = [
        Tried(one.experiment.title, one.run.verdict == Verdict.HELD, one.run.ended_at)
        for one in scenarios
        if one.experiment is not None
        and one.run is not None
        and one.run.ended_at is not None
        and one.run.verdict in (Verdict.HELD, Verdict.DEVIATED)
    ]
    return Held(day.title, (local.year, local.month), at, found, noticed, tried)
