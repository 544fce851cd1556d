"""How long until the state was steady again (RTO), and how much was lost (RPO)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chaos.runs.domain.looks import AFTER, RECOVERY, RPO_SECONDS, Look, names_measuring, number_of, since_fault


def steady_again_at(*, looks: Sequence[Look], fault_began_at: datetime | None) -> datetime | None:
    """The first look of the last unbroken row of steady ones since the first fault; None when it was never verified.

    Verified: the newest look is steady, and was made after the method (phases after and recovery). The truth lies
    between this look and the one before: what is told is the upper bound, never too good by an interval of looks.
    """
    if fault_began_at is None:
        return None
    since = since_fault(looks, began_at=fault_began_at)
    if not since or not since[-1].is_met or since[-1].phase not in (AFTER, RECOVERY):
        return None
    first = since[-1].at
    for look in reversed(since):
        if not look.is_met:
            break
        first = look.at
    return first


def rto_seconds(*, looks: Sequence[Look], fault_began_at: datetime | None) -> float | None:
    """Seconds from the first fault to the steady state; None while that was not verified."""
    again = steady_again_at(looks=looks, fault_began_at=fault_began_at)
    return None if again is None or fault_began_at is None else (again - fault_began_at).total_seconds()


def rpo_seconds(
    *,
    document: Mapping[str, Any],
    looks: Sequence[Look],
    fault_began_at: datetime | None,
    others: Iterable[tuple[str, object]] = (),
) -> float | None:
    """The most that a probe tagged `"measures": "rpo_seconds"` said since the first fault; None without a number.

    others: (name, output) of such probes in the method.
    """
    names = names_measuring(document, RPO_SECONDS)
    seen = [(one.name, one.value) for look in since_fault(looks, began_at=fault_began_at) for one in look.probes]
    numbers = [number_of(value) for name, value in (*seen, *others) if name in names]
    return max((one for one in numbers if one is not None and one >= 0), default=None)


@dataclass(frozen=True, slots=True)
class Objective:
    """One figure of a disaster recovery trial against what is asked of it. is_met: None when it was not measured."""

    name: str
    asked_seconds: int
    measured_seconds: float | None

    @property
    def is_met(self) -> bool | None:
        return None if self.measured_seconds is None else self.measured_seconds <= self.asked_seconds

    @property
    def words(self) -> str:
        if self.measured_seconds is None:
            return f"{self.name} was not measured (asked: at most {self.asked_seconds} s)"
        word = "meets" if self.is_met else "misses"
        return f"{self.name} {self.measured_seconds:.4g} s {word} its objective of {self.asked_seconds} s"


def objectives(
    *, rto_asked: int | None, rpo_asked: int | None, rto: float | None, rpo: float | None
) -> tuple[Objective, ...]:
    """Those that were asked for, each with what was measured."""
    asked = (("RTO", rto_asked, rto), ("RPO", rpo_asked, rpo))
    return tuple(Objective(name, wanted, found) for name, wanted, found in asked if wanted is not None)
