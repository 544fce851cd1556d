"""Where an objective stands: its budget, burn rates, forecast and coverage at an instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from reliability.kit.periods import Period
from slo.domain.status import State
from slo.models import Slo


@dataclass(frozen=True, slots=True)
class BudgetView:
    """What is spent and left of the error budget. None is undefined (no data), never 0."""

    consumed: float | None
    remaining: float | None
    remaining_minutes: float | None


@dataclass(frozen=True, slots=True)
class StatusView:
    """An objective at the instant `at`, under the version in force then (or the newest when `is_restated`).

    good, valid: weighted as the budgeting method counts (events, or slices). coverage: measured share 0..1 of
    the minutes of the window up to `at`. window: the whole window, calendar ones end after `at`.
    """

    slo_id: int
    slo: str
    at: datetime
    state: State
    state_reason: str
    objective: Decimal
    sli: float | None
    good: float | None
    valid: float | None
    budgeting_method: str
    window: Period
    window_text: str
    coverage: float
    budget: BudgetView
    burn_rates: dict[str, float | None]
    forecast_exhausted_at: datetime | None
    measured_until: datetime | None
    version_id: int
    is_restated: bool = False
    excluded_minutes: int = 0
    adjusted: float = 0.0
    warnings: tuple[str, ...] = field(default=())
    details: dict[str, Any] = field(default_factory=dict)


def status_of(*, slo: Slo, at: datetime, now: datetime, is_restated: bool = False) -> StatusView:
    """The objective's status at *at*, now or in the past.

    is_restated: under the newest version instead of the one in force at *at*.
    Raises Invalid when *at* is later than *now* or earlier than any version.
    """
    raise NotImplementedError
