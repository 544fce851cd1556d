from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from reliability.kit.durations import parse_duration
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.burn import STANDARD_WINDOWS, burn_over, burn_rate, burns_over, reading_of_burn
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.windows import RollingWindow
from tests.domain.measured import NOON, minutes_ago, series_of

DAYS_28 = RollingWindow(timedelta(days=28))
DEFINITION = Definition(Decimal("0.999"), DAYS_28)


def test_burning_at_rate_1_spends_the_budget_exactly_over_the_window() -> None:
    assert burn_rate(good=999, valid=1000, objective=Decimal("0.999")) == 1.0


def test_a_total_outage_burns_at_the_inverse_of_the_budget() -> None:
    assert burn_rate(good=0, valid=10, objective=Decimal("0.999")) == 1000.0


@pytest.mark.parametrize(("good", "valid"), [(0, 0), (11, 10)], ids=["no events", "more good than valid"])
def test_without_sound_events_there_is_no_rate(good: float, valid: float) -> None:
    assert burn_rate(good=good, valid=valid, objective=Decimal("0.999")) is None


def test_the_standard_windows_are_what_their_names_say() -> None:
    assert list(STANDARD_WINDOWS) == ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]
    assert all(parse_duration(name) == length for name, length in STANDARD_WINDOWS.items())


def test_each_window_sees_its_own_minutes() -> None:
    series = series_of((55, 1000, 1000), (5, 990, 1000))
    rates = burns_over(
        series=series, definition=DEFINITION, windows=[timedelta(minutes=m) for m in (5, 10, 60)], now=NOON
    )
    assert rates == [10.0, 5.0, pytest.approx(10 / 12)]


def test_a_silent_window_has_no_rate_and_a_longer_one_may() -> None:
    series = series_of((30, 999, 1000), (30, None, 0))
    assert burn_over(series=series, definition=DEFINITION, window=timedelta(minutes=30), now=NOON) is None
    assert burn_over(series=series, definition=DEFINITION, window=timedelta(minutes=60), now=NOON) == 1.0


def test_excluded_minutes_burn_nothing() -> None:
    series = series_of((5, 1000, 1000), (5, 0, 1000))
    out = [Exclusion(Period(minutes_ago(5), NOON))]
    assert (
        burn_over(series=series, definition=DEFINITION, window=timedelta(minutes=10), exclusions=out, now=NOON) == 0.0
    )


def test_a_window_shorter_than_a_slice_sees_the_newest_slice_that_is_over() -> None:
    definition = Definition(Decimal("0.9"), DAYS_28, BudgetingMethod.TIMESLICES, 30, Decimal("0.95"))
    now = NOON + timedelta(minutes=7)
    series = series_of((30, 10, 10), (30, 0, 10), (7, 10, 10), end=now)
    assert burn_over(series=series, definition=definition, window=timedelta(minutes=5), now=now) == 10.0
    assert burn_over(series=series, definition=definition, window=timedelta(minutes=60), now=now) == 5.0
    assert reading_of_burn(definition=definition, window=timedelta(minutes=5), now=now) == Period(minutes_ago(30), NOON)
