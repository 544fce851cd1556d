"""Burn rate: how fast the budget is spent; 1 spends it exactly over the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.minutes import MinuteSeries

STANDARD_WINDOWS: Mapping[str, timedelta] = MappingProxyType(
    {
        "5m": timedelta(minutes=5),
        "30m": timedelta(minutes=30),
        "1h": timedelta(hours=1),
        "2h": timedelta(hours=2),
        "6h": timedelta(hours=6),
        "1d": timedelta(days=1),
        "3d": timedelta(days=3),
    }
)


def burn_rate(*, good: float, valid: float, objective: Decimal) -> float | None:
    """e / B = (1 − good/valid) / (1 − objective); None without valid events or when good exceeds valid."""
    raise NotImplementedError


def burn_over(
    *,
    series: MinuteSeries,
    definition: Definition,
    window: timedelta,
    exclusions: Sequence[Exclusion] = (),
    now: datetime,
) -> float | None:
    """The burn rate over [now − window, now) by any method; None without data.

    For slices: the slices that ended in it, one at least, over their own number. *series* must reach back
    max(window, slice) and one slice more.
    """
    raise NotImplementedError
