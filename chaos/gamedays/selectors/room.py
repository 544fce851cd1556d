"""The live room: where the day is, and how fast things were noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.gamedays import detections
from chaos.gamedays.domain.score import first_since
from chaos.gamedays.domain.states import ObservationKind, ScenarioState
from chaos.gamedays.models import GameDay, Observation, Scenario
from chaos.gamedays.selectors.game_days import observations_of, scenarios_of
from chaos.runs.models import Run
from chaos.runs.selectors.global_stop import in_force
from reliability.kit.periods import Period

# A run that never put a fault in place has no time to count from; what people do by hand begins with the button.
_JUST_BEFORE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Detection:
    """Seconds from the fault to the first "noticed" observation, and to the first alert. None: not (yet)."""

    fault_at: datetime | None
    noticed_at: datetime | None
    noticed_by: str
    alerted_at: datetime | None
    alerted_by: str
    expected_seconds: float | None

    @property
    def noticed_seconds(self) -> float | None:
        return self._since(self.noticed_at)

    @property
    def alerted_seconds(self) -> float | None:
        return self._since(self.alerted_at)

    @property
    def first_at(self) -> datetime | None:
        return min((at for at in (self.noticed_at, self.alerted_at) if at is not None), default=None)

    @property
    def first_seconds(self) -> float | None:
        """Of whichever came first."""
        return self._since(self.first_at)

    def _since(self, at: datetime | None) -> float | None:
        return None if at is None or self.fault_at is None else (at - self.fault_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Room:
    """scenarios in order; current: the running one; upcoming: the next that waits; detections: by scenario id.

    open_runs: of this game day, to be stopped. is_stopped: the global stop is in force.
    """

    game_day: GameDay
    scenarios: list[Scenario]
    current: Scenario | None
    upcoming: Scenario | None
    detections: dict[int, Detection]
    observations: list[Observation]
    open_runs: list[Run]
    is_stopped: bool


def room(*, game_day: GameDay, now: datetime) -> Room:
    """Everything the live page shows, in a fixed number of queries."""
    scenarios = scenarios_of(game_day=game_day)
    observations = observations_of(game_day=game_day)
    runs = [one.run for one in scenarios if one.run is not None]
    return Room(
        game_day=game_day,
        scenarios=scenarios,
        current=_first(scenarios, ScenarioState.RUNNING),
        upcoming=_first(scenarios, ScenarioState.WAITING),
        detections=detections_of(game_day=game_day, scenarios=scenarios, observations=observations, now=now),
        observations=observations,
        open_runs=[run for run in runs if run.is_open],
        is_stopped=in_force() is not None,
    )


def detections_of(
    *, game_day: GameDay, scenarios: Sequence[Scenario], observations: Sequence[Observation], now: datetime
) -> dict[int, Detection]:
    """Of every scenario that began, by its id. What was written when it closed stays; until then alerts are asked."""
    began = [one for one in scenarios if one.began_at is not None]
    alerts = [] if game_day.closed_at is not None else _alerts(game_day, began, now)
    found = {}
    for one in began:
        fault_at = fault_at_of(scenario=one)
        noticed = [
            seen
            for seen in observations
            if seen.scenario_id == one.pk and seen.kind == ObservationKind.NOTICED and seen.retracted_at is None
        ]
        noticed_at = first_since(fault_at=fault_at, instants=[seen.at for seen in noticed])
        alerted_at, alerted_by = one.alerted_at, one.alerted_by
        if game_day.closed_at is None:
            until = one.ended_at or now
            own = [alert for alert in alerts if alert.service_id == one.service_id and alert.at <= until]
            alerted_at = first_since(fault_at=fault_at, instants=[alert.at for alert in own])
            alerted_by = next((alert.words for alert in own if alert.at == alerted_at), "")
        found[one.pk] = Detection(
            fault_at=fault_at,
            noticed_at=noticed_at,
            noticed_by=next((seen.by_name for seen in noticed if seen.at == noticed_at), ""),
            alerted_at=alerted_at,
            alerted_by=alerted_by,
            expected_seconds=None if one.expected_minutes is None else one.expected_minutes * 60.0,
        )
    return found


def fault_at_of(*, scenario: Scenario) -> datetime | None:
    """Since when the fault is in place: of a run its first injection, by hand when somebody began it."""
    if scenario.run is not None:
        return scenario.run.fault_began_at
    return None if scenario.experiment_id is not None else scenario.began_at


def _alerts(game_day: GameDay, began: Sequence[Scenario], now: datetime) -> list[detections.Alerted]:
    services = {one.service_id for one in began if one.service_id is not None}
    starts = [one.began_at for one in began if one.began_at is not None]
    if not services:
        return []
    ends = [one.ended_at or now for one in began]
    period = Period(min(starts), max(max(ends), min(starts)) + _JUST_BEFORE)
    return detections.alerts(team_id=game_day.team_id, service_ids=services, period=period)


def _first(scenarios: Sequence[Scenario], state: ScenarioState) -> Scenario | None:
    return next((one for one in scenarios if one.state == state), None)
