from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from reliability.kit.periods import Period
from slo.domain.budget import Adjustment
from slo.domain.budgeting import BudgetingMethod
from slo.domain.burndown import points as burndown_points
from slo.domain.definition import Definition
from slo.domain.history import HistoryError, points, points_between
from slo.domain.windows import RollingWindow
from tests.domain.measured import NOON, minutes_ago, series_of

HOUR = RollingWindow(timedelta(hours=1))
DEFINITION = Definition(Decimal("0.9"), HOUR)
QUARTER = timedelta(minutes=15)


def test_a_gap_stays_a_gap() -> None:
    series = series_of((15, 9, 10), (15, None, 0), (15, 0, 0), (15, 10, 10))
    found = points(series=series, definition=DEFINITION, period=HOUR.period_at(NOON), step=QUARTER, now=NOON)
    assert [point.sli for point in found] == [0.9, None, None, 1.0]
    assert [point.burn_rate for point in found] == [pytest.approx(1.0), None, None, 0.0]
    assert [point.coverage for point in found] == [1.0, 0.0, 1.0, 1.0]
    assert (found[0].start, found[-1].end) == (minutes_ago(60), NOON)


def test_the_last_step_may_be_shorter_and_the_future_has_no_points() -> None:
    period = Period(minutes_ago(20), minutes_ago(-60))
    found = points(series=series_of((20, 1, 1)), definition=DEFINITION, period=period, step=QUARTER, now=NOON)
    assert [(point.valid, point.end) for point in found] == [(15, minutes_ago(5)), (5, NOON)]
    later = Period(minutes_ago(-10), minutes_ago(-60))
    assert points(series=series_of((20, 1, 1)), definition=DEFINITION, period=later, step=QUARTER, now=NOON) == []


def test_edges_may_be_uneven_such_as_the_days_of_a_zone() -> None:
    edges = [minutes_ago(60), minutes_ago(37), minutes_ago(36), NOON]
    found = points_between(series=series_of((60, 1, 1)), definition=DEFINITION, edges=edges, now=NOON)
    assert [point.valid for point in found] == [23, 1, 36]


def test_a_slice_counts_in_the_step_in_which_it_ends() -> None:
    definition = Definition(Decimal("0.9"), HOUR, BudgetingMethod.TIMESLICES, 30, Decimal("0.95"))
    found = points(
        series=series_of((30, 0, 1), (30, 1, 1)),
        definition=definition,
        period=HOUR.period_at(NOON),
        step=QUARTER,
        now=NOON,
    )
    assert [point.sli for point in found] == [None, 0.0, None, 1.0]


@pytest.mark.parametrize("step", [timedelta(seconds=30), timedelta(seconds=90), timedelta(0), timedelta(minutes=-5)])
def test_a_step_is_whole_minutes(step: timedelta) -> None:
    with pytest.raises(HistoryError, match="whole number of minutes"):
        points(series=series_of((1, 1, 1)), definition=DEFINITION, period=HOUR.period_at(NOON), step=step, now=NOON)


def test_too_many_steps_are_refused_before_they_are_computed() -> None:
    period = Period(NOON - timedelta(days=400), NOON)
    with pytest.raises(HistoryError, match="take a longer step") as refused:
        points(series=series_of((1, 1, 1)), definition=DEFINITION, period=period, step=timedelta(minutes=1), now=NOON)
    assert refused.value.reason == "history_points"


def test_a_burn_down_goes_from_whole_to_what_is_left() -> None:
    series = series_of((15, 10, 10), (15, None, 0), (15, 8, 10), (15, 10, 10))
    found = burndown_points(series=series, definition=DEFINITION, period=HOUR.period_at(NOON), step=QUARTER, now=NOON)
    assert [point.remaining for point in found] == pytest.approx([1, 1, 1, 1 / 3, 1 / 3])
    assert [point.spent for point in found] == [None, 0.0, None, pytest.approx(2 / 3), 0.0]
    assert [point.bad_units for point in found] == [0, 0, 0, 30, 30]


def test_an_adjustment_is_a_step_of_the_burn_down() -> None:
    found = burndown_points(
        series=series_of((60, 10, 10)),
        definition=DEFINITION,
        period=HOUR.period_at(NOON),
        step=QUARTER,
        adjustments=[Adjustment(minutes_ago(40), 0.5), Adjustment(minutes_ago(10), -0.25)],
        now=NOON,
    )
    assert [point.remaining for point in found] == [1.0, 1.0, 0.5, 0.5, 0.75]


def test_without_data_there_is_no_burn_down() -> None:
    series = series_of((60, None, 0))
    period = HOUR.period_at(NOON)
    assert burndown_points(series=series, definition=DEFINITION, period=period, step=QUARTER, now=NOON) == []
