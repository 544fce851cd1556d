"""How well a scenario went, and the day. Pure, and written down in docs/game-days.md.

Four questions with their weights. What is not asked (nobody was expected to notice) does not count; what is pending is
not a success. A fault that stayed makes the score 0, whatever else went well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.gamedays.domain.states import Tri

WEIGHTS = {"held": 40, "detected": 30, "responded": 20, "faults_gone": 10}


@dataclass(frozen=True, slots=True)
class Parts:
    """detected: None when nobody was expected to notice."""

    held: Tri
    detected: Tri | None
    responded: Tri
    faults_gone: Tri

    def asked(self) -> list[tuple[int, Tri]]:
        return [(weight, answer) for name, weight in WEIGHTS.items() if (answer := getattr(self, name)) is not None]


def is_final(parts: Parts) -> bool:
    """Nothing is pending any more."""
    return all(answer is not Tri.PENDING for _, answer in parts.asked())


def score_of(parts: Parts) -> float | None:
    """0 to 1: the weight of what went well by the weight of what was asked. None while nothing is known at all."""
    asked = parts.asked()
    if all(answer is Tri.PENDING for _, answer in asked):
        return None
    if parts.faults_gone is Tri.NO:
        return 0.0
    return sum(weight for weight, answer in asked if answer is Tri.YES) / sum(weight for weight, _ in asked)


def score_of_day(scores: Sequence[float | None]) -> float | None:
    """The mean of the scenarios that were tried, one that is pending as 0; None when nothing is known of any."""
    if all(one is None for one in scores):
        return None
    return sum(one or 0.0 for one in scores) / len(scores)


def is_detected(
    *, fault_at: datetime | None, first_at: datetime | None, expected_minutes: int | None, is_over: bool, now: datetime
) -> Tri | None:
    """Whether the first sign came within *expected_minutes* of the fault. None: nobody was expected to notice.

    Nothing was noticed: NO once that time has passed, or the scenario is over; PENDING without a fault.
    """
    if expected_minutes is None:
        return None
    if fault_at is None:
        return Tri.PENDING
    until = fault_at + timedelta(minutes=expected_minutes)
    if first_at is not None:
        return Tri.YES if first_at <= until else Tri.NO
    return Tri.NO if is_over or now > until else Tri.PENDING


def first_since(*, fault_at: datetime | None, instants: Iterable[datetime]) -> datetime | None:
    """The first of *instants* that is not before the fault: who notices earlier notices something else."""
    if fault_at is None:
        return None
    return min((at for at in instants if at >= fault_at), default=None)
