"""The live room: where the day is, and how fast things were noticed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chaos.gamedays.models import (
    GameDay,
    Observation,
    Scenario,
)
from chaos.runs.models import Run


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
        raise NotImplementedError

    @property
    def alerted_seconds(self) -> float | None:
        raise NotImplementedError

    @property
    def first_seconds(self) -> float | None:
        """Of whichever came first."""
        raise NotImplementedError


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
    raise NotImplementedError
