"""A slice target that asks too much is told from outages by where the bad slices lie."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from reliability.kit.instants import from_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition
from slo.domain.minutes import MinuteSeries
from slo.domain.spending import spend
from slo.domain.strictness import SliceCount, slice_count
from slo.domain.windows import parse_window

DAY = 1440
START = 28_000_000 // DAY * DAY


def counted(bad: np.ndarray, *, target: str = "0.999", silence_is_bad: bool = False) -> SliceCount | None:
    """Of two days with 100 events a minute, of which so many are bad; NaN: not measured."""
    definition = Definition(
        objective=Decimal("0.99"),
        window=parse_window({"rolling": "2d"}),
        budgeting=BudgetingMethod.TIMESLICES,
        slice_minutes=5,
        slice_target=Decimal(target),
        counts_no_data_as_bad=silence_is_bad,
    )
    valid = np.where(np.isnan(bad), 0.0, 100.0)
    series = MinuteSeries(START, valid - np.nan_to_num(bad), valid, ~np.isnan(bad))
    period = Period(from_minute(START), from_minute(START + 2 * DAY))
    spending = spend(series=series, definition=definition, period=period, now=period.end)
    return slice_count(spending=spending, definition=definition)


def of_slices(bad: np.ndarray) -> np.ndarray:
    """The first minute of each slice has all that the slice loses."""
    minutes = np.zeros(2 * DAY)
    minutes[::5] = bad
    return minutes


def test_an_outage_is_no_fault_of_the_target() -> None:
    bad = np.zeros(576)
    bad[100:148] = 50
    assert counted(of_slices(bad)) == SliceCount(48, 576, 5, Decimal("0.999"), False, Decimal("0.9"))


def test_bad_slices_everywhere_are() -> None:
    bad = np.zeros(576)
    bad[::4] = 1.0  # of 500
    found = counted(of_slices(bad))
    assert found == SliceCount(144, 576, 5, Decimal("0.999"), True, Decimal("0.998"))


def test_the_target_that_is_offered_would_have_kept_the_objective() -> None:
    bad = np.random.default_rng(7).poisson(2.0, 576).astype(np.float64)
    first = counted(of_slices(bad))
    assert first is not None
    assert first.is_too_strict
    then = counted(of_slices(bad), target=str(first.kept_from))
    assert then is not None
    assert then.bad <= then.allowed
    assert not then.is_too_strict


def test_silence_that_counts_as_bad_is_no_fault_of_the_target() -> None:
    found = counted(np.where(np.arange(2 * DAY) % 100 < 50, np.nan, 0.0), silence_is_bad=True)
    assert found is not None
    assert (found.bad, found.is_too_strict, found.kept_from) == (290, False, None)


@pytest.mark.parametrize("bad", [np.zeros(2 * DAY), np.ones(2 * DAY) * 0.01], ids=["no loss", "a loss within it"])
def test_a_target_that_is_met_is_not_too_strict(bad: np.ndarray) -> None:
    assert counted(bad) == SliceCount(0, 576, 5, Decimal("0.999"), False, None)


def test_nothing_is_said_of_what_nobody_measured() -> None:
    assert counted(np.full(2 * DAY, np.nan)) is None
