"""States of an objective."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

AT_RISK_REMAINING = 0.25  # a quarter of the budget left: time to slow down before it is gone


class State(StrEnum):
    MET = "met"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state, and in words what makes it so."""

    state: State
    reason: str


def state_of(
    *, remaining: float | None, forecast_exhausted_at: datetime | None = None, is_forecast_within_window: bool = False
) -> Verdict:
    """Breached below zero; at risk with a quarter or less left, or when exhaustion is foreseen inside the window."""
    raise NotImplementedError
