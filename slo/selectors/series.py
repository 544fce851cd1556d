"""The stored minutes of an SLI."""

from __future__ import annotations

from dataclasses import dataclass

from reliability.kit.periods import Period
from slo.models import Sli


@dataclass(frozen=True, slots=True)
class SeriesExtent:
    """What is stored of an SLI: the period of its hours, its measured minutes and totals. period is None when empty."""

    period: Period | None
    minutes: int
    good: float
    valid: float


def extent_of(*, sli: Sli) -> SeriesExtent:
    """What is stored of *sli* altogether."""
    raise NotImplementedError
