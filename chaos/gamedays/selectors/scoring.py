"""How each scenario went, and the day as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chaos.gamedays.domain.states import Tri
from chaos.gamedays.models import (
    GameDay,
    Scenario,
)


@dataclass(frozen=True, slots=True)
class ScenarioScore:
    """Each part: Tri; score: 0 to 1, None while nothing is known or when it was skipped."""

    scenario: Scenario
    held: Tri
    detected: Tri
    responded: Tri
    faults_gone: Tri
    score: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    scenarios: list[ScenarioScore]
    score: float | None


def scored(*, game_day: GameDay, now: datetime) -> Scored:
    """By chaos.gamedays.domain.score. Of a closed one as it was written."""
    raise NotImplementedError
