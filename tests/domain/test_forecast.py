from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from slo.domain.burn import STANDARD_WINDOWS
from slo.domain.forecast import Forecast, ForecastReason, burn_window, exhausted_at
from slo.domain.windows import RollingWindow, parse_window
from tests.domain.measured import NOON

DAYS_28 = RollingWindow(timedelta(days=28))
MARCH = parse_window({"calendar": {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", "time_zone": "UTC"}})


def _rolling(remaining: float | None, burn: float | None) -> Forecast:
    return exhausted_at(remaining=remaining, burn_rate=burn, window=DAYS_28, period=DAYS_28.period_at(NOON), now=NOON)


def _calendar(remaining: float, burn: float) -> Forecast:
    return exhausted_at(remaining=remaining, burn_rate=burn, window=MARCH, period=MARCH.period_at(NOON), now=NOON)


def test_time_to_exhaustion_counts_from_what_is_left() -> None:
    assert _rolling(0.5, 2.0) == Forecast(NOON + timedelta(days=7), ForecastReason.BURNING, True)


def test_exhaustion_after_more_than_a_window_is_foreseen_but_not_within_it() -> None:
    foreseen = _rolling(1.0, 0.5)
    assert (foreseen.exhausted_at, foreseen.is_within_window) == (NOON + timedelta(days=56), False)


def test_a_rolling_window_bears_a_slow_burn_for_ever_so_it_is_no_alarm() -> None:
    assert _rolling(0.3, 0.6) == Forecast(NOON + timedelta(days=14), ForecastReason.BURNING_SLOWLY, False)
    assert _rolling(0.3, 1.2) == Forecast(NOON + timedelta(days=7), ForecastReason.BURNING, True)


def test_a_calendar_period_gets_nothing_back_so_a_slow_burn_counts() -> None:
    assert _calendar(0.1, 0.8).reason is ForecastReason.BURNING


@pytest.mark.parametrize("remaining", [0.0, -3.0])
def test_a_spent_budget_is_exhausted_now(remaining: float) -> None:
    assert _rolling(remaining, 0.0) == Forecast(NOON, ForecastReason.EXHAUSTED, True)
    assert _rolling(remaining, None) == Forecast(NOON, ForecastReason.EXHAUSTED, True)


@pytest.mark.parametrize(
    ("remaining", "burn", "reason"),
    [
        pytest.param(None, 1.0, ForecastReason.NO_DATA, id="no budget"),
        pytest.param(0.5, None, ForecastReason.NO_DATA, id="no rate"),
        pytest.param(0.5, 0.0, ForecastReason.NOT_BURNING, id="nothing burns"),
        pytest.param(0.5, 1e-9, ForecastReason.BEYOND_HORIZON, id="more than ten years away"),
        pytest.param(1.0, 5e-324, ForecastReason.BEYOND_HORIZON, id="the smallest rate there is"),
    ],
)
def test_never_is_none_with_a_reason(remaining: float | None, burn: float | None, reason: ForecastReason) -> None:
    assert _rolling(remaining, burn) == Forecast(None, reason, False)


def test_a_calendar_period_is_foreseen_to_its_end_only() -> None:
    assert _calendar(0.5, 31.0) == Forecast(NOON + timedelta(hours=12), ForecastReason.BURNING, True)
    assert _calendar(0.99, 0.9) == Forecast(None, ForecastReason.BEYOND_PERIOD, False)
    left = (datetime(2026, 4, 1, tzinfo=UTC) - NOON) / timedelta(days=31)
    assert _calendar(left, 1.0).reason is ForecastReason.BEYOND_PERIOD  # the next period is whole again


@pytest.mark.parametrize(
    ("days", "name"), [(28, "1d"), (30, "1d"), (90, "3d"), (7, "6h"), (1, "30m"), (1 / 24, "5m"), (365, "3d")]
)
def test_the_rate_a_forecast_takes_is_a_standard_one_that_fits_the_window(days: float, name: str) -> None:
    assert burn_window(window_length=timedelta(days=days)) == name
    assert name in STANDARD_WINDOWS
