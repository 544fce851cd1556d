"""How fast an objective burns its budget over one window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.kit.periods import Period
from slo.models import Slo


@dataclass(frozen=True, slots=True)
class BurnView:
    """The burn rate over `period`: 1 spends the budget exactly in the SLO's window. None when nothing was measured."""

    slo: str
    period: Period
    sli: float | None
    good: float | None
    valid: float | None
    burn_rate: float | None
    coverage: float


def burn_of(*, slo: Slo, window: timedelta, at: datetime, now: datetime) -> BurnView:
    """The burn rate over [at − window, at), under the version in force at *at*.

    Raises Invalid for a window that is not whole minutes, or longer than the series is kept.
    """
    raise NotImplementedError
