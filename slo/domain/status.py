"""States of an objective."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reliability.kit.percent import share_text

LOW_COVERAGE = 0.9  # with a tenth unmeasured, the budget may be something else altogether
AT_RISK_REMAINING = 0.25  # a quarter of the budget left: time to slow down before it is gone


class State(StrEnum):
    MET = "met"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    NO_DATA = "no_data"


def is_thin(*, state: str, coverage: float) -> bool:
    """Whether a state stands on so little of its window (coverage 0..1) that it must say so."""
    return state != State.NO_DATA and coverage < LOW_COVERAGE


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state, and in words what makes it so."""

    state: State
    reason: str


def state_of(
    *,
    remaining: float | None,
    forecast_exhausted_at: datetime | None = None,
    is_forecast_within_window: bool = False,
    forecast_over: str = "",
) -> Verdict:
    """Breached below zero; at risk with a quarter or less left, or when exhaustion is foreseen inside the window.

    forecast_over: the stretch whose burn the forecast goes on with, in words, such as "the last day".
    """
    if remaining is None:
        return Verdict(State.NO_DATA, "nothing was measured in the window: no valid events")
    if remaining < 0:
        return Verdict(State.BREACHED, f"below the objective: {share_text(1 - remaining)} of the error budget is spent")
    if remaining <= AT_RISK_REMAINING:
        return Verdict(State.AT_RISK, f"{share_text(remaining)} of the error budget is left")
    if is_forecast_within_window and forecast_exhausted_at is not None:
        pace = f"the burn of {forecast_over}" if forecast_over else "the present burn"
        return Verdict(
            State.AT_RISK,
            f"{share_text(remaining)} of the error budget is left, but at {pace} it is spent by "
            f"{forecast_exhausted_at:%Y-%m-%d %H:%M} UTC",
        )
    return Verdict(State.MET, f"{share_text(remaining)} of the error budget is left")
