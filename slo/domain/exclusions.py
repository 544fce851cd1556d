"""Minutes that do not count, or count as up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from reliability.kit.instants import MINUTE
from reliability.kit.periods import Period
from slo.domain.minutes import BoolArray


class ExclusionEffect(StrEnum):
    EXCLUDED = "excluded"
    COUNTED_AS_UP = "counted_as_up"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A period of one effect. Every minute it touches is affected: counts within a minute cannot be told apart."""

    period: Period
    effect: ExclusionEffect = ExclusionEffect.EXCLUDED


@dataclass(frozen=True, slots=True, eq=False)
class Masks:
    """Per minute: whether it is excluded, and whether it counts as up. Excluded wins where both apply."""

    excluded: BoolArray
    up: BoolArray


def masks(*, exclusions: Iterable[Exclusion], start_minute: int, end_minute: int) -> Masks:
    """The effect of *exclusions* on the minutes [start_minute, end_minute)."""
    length = max(0, end_minute - start_minute)
    found = {effect: np.zeros(length, dtype=np.bool_) for effect in ExclusionEffect}
    for exclusion in exclusions:
        first, last = touched_minutes(exclusion.period)
        found[exclusion.effect][max(0, first - start_minute) : max(0, last - start_minute)] = True
    excluded = found[ExclusionEffect.EXCLUDED]
    return Masks(excluded, found[ExclusionEffect.COUNTED_AS_UP] & ~excluded)


def touched_minutes(period: Period) -> tuple[int, int]:
    """First minute and the one after the last that *period* touches; an empty period touches none."""
    if period.is_empty:
        return period.start_minute, period.start_minute
    return period.start_minute, Period(period.start, period.end + MINUTE - period.end.resolution).end_minute
