from __future__ import annotations

from datetime import timedelta

import pytest

from slo.domain.status import State, Verdict, state_of
from tests.domain.measured import NOON


@pytest.mark.parametrize(
    ("remaining", "expected"),
    [
        pytest.param(None, Verdict(State.NO_DATA, "nothing was measured in the window: no valid events"), id="no data"),
        pytest.param(1.0, Verdict(State.MET, "100 % of the error budget is left"), id="untouched"),
        pytest.param(0.2501, Verdict(State.MET, "25 % of the error budget is left"), id="over a quarter left"),
        pytest.param(0.25, Verdict(State.AT_RISK, "25 % of the error budget is left"), id="a quarter left"),
        pytest.param(0.0, Verdict(State.AT_RISK, "0 % of the error budget is left"), id="exactly at the objective"),
        pytest.param(
            -1.0, Verdict(State.BREACHED, "below the objective: 200 % of the error budget is spent"), id="spent"
        ),
    ],
)
def test_the_state_follows_what_is_left_and_gives_its_reason(remaining: float | None, expected: Verdict) -> None:
    assert state_of(remaining=remaining) == expected


def test_exhaustion_foreseen_inside_the_window_is_a_risk() -> None:
    soon = NOON + timedelta(days=2)
    verdict = state_of(
        remaining=0.8, forecast_exhausted_at=soon, is_forecast_within_window=True, forecast_over="the last day"
    )
    assert verdict == Verdict(
        State.AT_RISK,
        "80 % of the error budget is left, but at the burn of the last day it is spent by 2026-03-04 12:00 UTC",
    )
    assert state_of(remaining=0.8, forecast_exhausted_at=soon).state is State.MET


@pytest.mark.parametrize("remaining", [-1e-16, -5e-324])
def test_the_smallest_overspending_is_a_breach(remaining: float) -> None:
    assert state_of(remaining=remaining).state is State.BREACHED
