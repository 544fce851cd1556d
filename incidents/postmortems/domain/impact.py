"""What an incident cost by the numbers of one objective: events, minutes, budget and money. Nothing is invented:
what was not measured is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rate:
    """What losing costs a service: per lost event, per minute, or both."""

    per_lost_event: Decimal | None
    per_minute: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Of one objective, over the incident.

    lost, valid: events. bad_minutes: of minutes with data, those below the objective. budget: share of the error
    budget of the window that ends with the incident; 1 is all of it. coverage: measured share of the minutes.
    """

    lost: float | None
    valid: float | None
    bad_minutes: int | None
    budget: float | None
    coverage: float


def loss_of(
    *, good: float, valid: float, bad_minutes: int, window_valid: float, objective: Decimal, coverage: float
) -> Loss:
    """window_valid: events of the whole window that ends with the incident, which the budget is a share of."""
    if coverage <= 0:
        return Loss(None, None, None, None, 0.0)
    lost = max(valid - good, 0.0)
    budget = lost / (float(1 - objective) * window_valid) if window_valid > 0 else None
    return Loss(lost, valid, bad_minutes, budget, coverage)


def money_of(*, rate: Rate, lost: float | None, lasted: timedelta) -> Decimal | None:
    """In units of the currency, to the cent. None when the rate speaks of events and none were measured."""
    if rate.per_lost_event is not None and lost is None:
        return None
    minutes = Decimal(int(lasted.total_seconds())) / 60
    total = (rate.per_minute or Decimal(0)) * minutes
    if rate.per_lost_event is not None and lost is not None:
        total += rate.per_lost_event * Decimal(str(lost))
    return total.quantize(_CENT, rounding=ROUND_HALF_UP)
