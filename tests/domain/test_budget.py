from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from reliability.kit.periods import Period
from slo.domain.budget import Adjustment, Budget, evaluate
from slo.domain.budgeting import BudgetingMethod
from slo.domain.definition import Definition, DefinitionError
from slo.domain.exclusions import Exclusion, ExclusionEffect
from slo.domain.objective import ObjectiveError
from slo.domain.windows import RollingWindow, parse_window
from tests.domain.measured import NOON, Run, minutes_ago, series_of

HOUR = RollingWindow(timedelta(hours=1))


def _occurrences(objective: str = "0.9") -> Definition:
    return Definition(Decimal(objective), HOUR)


def _timeslices(
    objective: str = "0.9", *, minutes: int = 5, target: str = "0.95", is_strict: bool = False
) -> Definition:
    return Definition(
        Decimal(objective), HOUR, BudgetingMethod.TIMESLICES, minutes, Decimal(target), counts_no_data_as_bad=is_strict
    )


def _ratio_timeslices(objective: str = "0.9", *, minutes: int = 5, is_strict: bool = False) -> Definition:
    return Definition(
        Decimal(objective), HOUR, BudgetingMethod.RATIO_TIMESLICES, minutes, counts_no_data_as_bad=is_strict
    )


def _budget(definition: Definition, *runs: Run, **more: list[Exclusion] | list[Adjustment]) -> Budget:
    series = series_of(*runs)
    return evaluate(series=series, definition=definition, period=HOUR.period_at(NOON), now=NOON, **more)  # type: ignore[arg-type]  # the two lists by name


def test_sli_is_a_ratio_of_sums_and_never_a_mean_of_ratios() -> None:
    budget = _budget(_occurrences(), (30, 100, 100), (30, 0, 1))
    assert (budget.good, budget.valid, budget.bad) == (3000, 3030, 30)
    assert budget.sli == 3000 / 3030
    assert budget.consumed == pytest.approx(30 / 3030 / 0.1, rel=1e-15)
    assert budget.remaining == pytest.approx(1 - 30 / 3030 / 0.1, rel=1e-15)


def test_a_value_exactly_at_the_objective_meets_it() -> None:
    budget = _budget(_occurrences("0.9"), (60, 9, 10))
    assert 1 / 10 / (1 - 0.9) > 1  # what plain floats would say
    assert (budget.consumed, budget.remaining, budget.bad_left) == (1.0, 0.0, 0.0)


def test_one_event_below_the_objective_is_below_zero() -> None:
    budget = _budget(_occurrences("0.999"), (59, 999, 1000), (1, 998, 1000))
    assert budget.remaining is not None
    assert budget.remaining < 0


@pytest.mark.parametrize("ratio", [0.999, 0.9, 0.99])
def test_a_raw_ratio_that_stays_at_the_objective_meets_it_although_its_sum_is_rounded(ratio: float) -> None:
    budget = _budget(_occurrences(str(ratio)), (60, ratio, 1))
    assert budget.remaining == 0.0


def test_the_remaining_budget_is_not_clamped() -> None:
    budget = _budget(_occurrences("0.999"), (60, 0, 10))
    assert budget.remaining == -999.0
    assert budget.consumed == 1000.0


def test_no_traffic_spends_nothing_and_is_not_met() -> None:
    budget = _budget(_occurrences(), (60, 0, 0))
    assert (budget.sli, budget.consumed, budget.remaining, budget.bad_left) == (None, None, None, None)
    assert not budget.has_data
    assert budget.coverage == 1.0  # it was measured: there were no events


def test_nothing_measured_is_no_data_with_no_coverage() -> None:
    budget = _budget(_occurrences(), (60, None, 0))
    assert budget.sli is None
    assert budget.coverage == 0.0


def test_errors_absent_while_valid_is_present_are_no_errors() -> None:
    assert _budget(_occurrences(), (60, 10, 10)).sli == 1.0


def test_a_gap_reduces_coverage_and_nothing_else() -> None:
    budget = _budget(_occurrences(), (30, 9, 10), (15, None, 0), (15, 10, 10))
    assert budget.sli == 420 / 450
    assert (budget.coverage, budget.covered_minutes, budget.minutes) == (0.75, 45, 60)


@pytest.mark.parametrize(
    ("good", "valid"),
    [
        pytest.param(11, 10, id="good above valid"),
        pytest.param(float("nan"), 10, id="good is no number"),
        pytest.param(5, float("nan"), id="valid is no number"),
        pytest.param(5, float("inf"), id="valid is infinite"),
        pytest.param(-1, 10, id="good is negative"),
    ],
)
def test_a_lying_minute_is_flagged_and_does_not_poison_the_rest(good: float, valid: float) -> None:
    budget = _budget(_occurrences(), (59, 9, 10), (1, good, valid))
    assert budget.sli == 0.9
    assert budget.remaining == 0.0
    assert (budget.faulty_minutes, budget.covered_minutes) == (1, 59)


def test_the_events_that_may_still_go_bad_are_counted() -> None:
    budget = _budget(_occurrences("0.9"), (60, 95, 100))
    assert budget.bad_left == pytest.approx(300)
    assert budget.remaining_minutes is None


# Slices.


def test_a_slice_is_good_when_its_ratio_reaches_the_slice_target() -> None:
    budget = _budget(_timeslices("0.8"), (5, 95, 100), (5, 94, 100), (50, 100, 100))
    assert (budget.units, budget.bad_units) == (12, 1)
    assert budget.sli == pytest.approx(11 / 12, rel=1e-15)
    assert budget.remaining_minutes == pytest.approx((12 * 0.2 - 1) * 5)


def test_a_slice_target_of_1_asks_for_every_event() -> None:
    budget = _budget(_timeslices(target="1"), (5, 100, 100), (1, 99, 100), (54, 100, 100))
    assert budget.bad_units == 1


def test_timeslices_count_against_the_slices_of_the_window_and_not_those_seen() -> None:
    budget = _budget(_timeslices(), (50, None, 0), (5, 0, 10), (5, 10, 10))
    assert (budget.units, budget.bad_units) == (12, 1)
    assert budget.coverage == pytest.approx(10 / 60)


def test_timeslices_of_a_running_calendar_day_count_against_the_whole_day() -> None:
    window = parse_window({"calendar": {"count": 1, "unit": "day", "start": "2026-01-01T00:00:00", "time_zone": "UTC"}})
    definition = Definition(Decimal("0.9"), window, BudgetingMethod.TIMESLICES, 60, Decimal("0.95"))
    series = series_of((60, 0, 10), (11 * 60, 10, 10))
    budget = evaluate(series=series, definition=definition, period=window.period_at(NOON), now=NOON)
    assert (budget.units, budget.bad_units) == (24, 1)
    assert budget.sli == pytest.approx(23 / 24, rel=1e-15)
    assert budget.remaining_minutes == pytest.approx((2.4 - 1) * 60)
    assert budget.is_running
    assert (budget.coverage, budget.minutes) == (1.0, 720)


def test_occurrences_of_a_running_calendar_day_speak_of_events_so_far() -> None:
    window = parse_window({"calendar": {"count": 1, "unit": "day", "start": "2026-01-01T00:00:00", "time_zone": "UTC"}})
    series = series_of((720, 9, 10))
    budget = evaluate(
        series=series, definition=Definition(Decimal("0.9"), window), period=window.period_at(NOON), now=NOON
    )
    assert (budget.is_running, budget.valid, budget.remaining, budget.measured_until) == (True, 7200, 0.0, NOON)


def test_ratio_timeslices_are_the_mean_of_the_slice_ratios() -> None:
    budget = _budget(_ratio_timeslices(), (5, 1, 2), (5, 900, 1000), (50, 10, 10))
    assert budget.sli == pytest.approx((0.5 + 0.9 + 10) / 12, rel=1e-15)
    assert budget.remaining_minutes == pytest.approx((1.2 - 0.6) * 5)


def test_ratio_timeslices_exactly_at_the_objective_meet_it() -> None:
    assert _budget(_ratio_timeslices("0.999", minutes=1), (60, 999, 1000)).remaining == 0.0


def test_a_slice_without_data_is_neither_good_nor_bad_in_a_mean() -> None:
    budget = _budget(_ratio_timeslices(), (5, 1, 2), (50, None, 0), (5, 2, 2))
    assert budget.sli == 0.75
    assert budget.units == 2


def test_a_slice_without_data_counts_as_bad_when_the_slo_says_so() -> None:
    timeslices = _budget(_timeslices(is_strict=True), (5, None, 0), (5, 0, 0), (50, 10, 10))
    mean = _budget(_ratio_timeslices(is_strict=True), (30, None, 0), (30, 10, 10))
    assert timeslices.bad_units == 2
    assert mean.sli == 0.5


def test_slices_still_to_come_are_not_missed() -> None:
    period = Period(minutes_ago(30), minutes_ago(-30))
    budget = evaluate(series=series_of((30, 1, 1)), definition=_timeslices(is_strict=True), period=period, now=NOON)
    assert (budget.units, budget.bad_units) == (12, 0)


def test_slices_lie_on_the_clock_and_count_in_the_window_in_which_they_end() -> None:
    now = NOON + timedelta(minutes=3)
    series = series_of((3, 0, 10), (57, 10, 10), (3, 0, 10), end=now)
    period = HOUR.period_at(now)  # 11:03 to 12:03
    budget = evaluate(series=series, definition=_timeslices(), period=period, now=now)
    # The slice 11:00 to 11:05 ends inside and is judged whole; 12:00 to 12:05 is not over and waits.
    assert (budget.units, budget.bad_units) == (12, 1)


# Exclusions and adjustments.


def _excluded(first: int, last: int, effect: ExclusionEffect = ExclusionEffect.EXCLUDED) -> Exclusion:
    return Exclusion(Period(minutes_ago(first), minutes_ago(last)), effect)


UP = ExclusionEffect.COUNTED_AS_UP


def test_an_exclusion_removes_good_and_valid() -> None:
    budget = _budget(_occurrences(), (10, 0, 10), (50, 10, 10), exclusions=[_excluded(60, 50)])
    assert (budget.valid, budget.sli, budget.minutes, budget.coverage) == (500, 1.0, 50, 1.0)


def test_counted_as_up_keeps_valid_and_makes_it_good() -> None:
    budget = _budget(_occurrences(), (10, 0, 10), (50, 10, 10), exclusions=[_excluded(60, 50, UP)])
    assert (budget.valid, budget.sli, budget.minutes) == (600, 1.0, 60)


def test_excluded_wins_over_counted_as_up() -> None:
    both = [_excluded(60, 50), _excluded(60, 50, UP)]
    assert _budget(_occurrences(), (10, 0, 10), (50, 10, 10), exclusions=both).valid == 500


def test_every_minute_an_exclusion_touches_is_excluded() -> None:
    touching = Exclusion(Period(minutes_ago(60) + timedelta(seconds=30), minutes_ago(58) + timedelta(seconds=1)))
    assert _budget(_occurrences(), (60, 1, 1), exclusions=[touching]).minutes == 57


def test_excluded_slices_leave_the_denominator() -> None:
    budget = _budget(_timeslices(), (10, 0, 10), (50, 10, 10), exclusions=[_excluded(60, 50)])
    assert (budget.units, budget.bad_units) == (10, 0)


def test_a_slice_excluded_in_part_is_judged_by_the_rest() -> None:
    budget = _budget(_timeslices(), (4, 0, 10), (56, 10, 10), exclusions=[_excluded(60, 56)])
    assert (budget.units, budget.bad_units) == (12, 0)


def test_planned_maintenance_leaves_the_denominator_before_it_comes() -> None:
    period = Period(minutes_ago(30), minutes_ago(-30))
    budget = evaluate(
        series=series_of((30, 1, 1)),
        definition=_timeslices(),
        period=period,
        exclusions=[_excluded(-10, -20)],
        now=NOON,
    )
    assert budget.units == 10


def test_a_missed_slice_that_is_excused_is_not_bad() -> None:
    strict = _timeslices(is_strict=True)
    assert _budget(strict, (10, None, 0), (50, 1, 1), exclusions=[_excluded(60, 50)]).bad_units == 0
    assert _budget(strict, (10, None, 0), (50, 1, 1), exclusions=[_excluded(60, 50, UP)]).bad_units == 0
    assert _budget(strict, (10, None, 0), (50, 1, 1), exclusions=[_excluded(60, 56)]).bad_units == 2


def test_everything_excluded_is_no_data() -> None:
    budget = _budget(_occurrences(), (60, 0, 1), exclusions=[_excluded(60, 0)])
    assert (budget.sli, budget.coverage, budget.minutes) == (None, 0.0, 0)


def test_adjustments_spend_and_return_budget_in_decimal() -> None:
    spent = [Adjustment(minutes_ago(10), 0.1), Adjustment(minutes_ago(20), 0.3)]
    budget = _budget(_occurrences("0.9"), (60, 94, 100), adjustments=spent)
    assert 0.6 + 0.3 + 0.1 != 1.0  # what plain floats would say
    assert (budget.consumed, budget.remaining, budget.adjustment) == (1.0, 0.0, 0.4)
    assert _budget(_occurrences("0.9"), (60, 80, 100), adjustments=[Adjustment(minutes_ago(1), -1.5)]).consumed == 0.5


@pytest.mark.parametrize("minutes", [61, 0, -5], ids=["before the window", "at its end", "to come"])
def test_an_adjustment_outside_the_window_does_not_count(minutes: int) -> None:
    budget = _budget(_occurrences(), (60, 1, 1), adjustments=[Adjustment(minutes_ago(minutes), 0.5)])
    assert budget.remaining == 1.0


def test_an_adjustment_alone_is_no_data() -> None:
    assert _budget(_occurrences(), (60, None, 0), adjustments=[Adjustment(minutes_ago(5), 0.5)]).consumed is None


# Definitions.


@pytest.mark.parametrize(
    ("minutes", "target", "message"),
    [
        (None, "0.95", "needs a slice of 1 minute to 1 day, got None"),
        (0, "0.95", "got 0"),
        (1441, "0.95", "got 1441"),
        (5, None, "needs a slice target"),
    ],
)
def test_timeslices_need_a_slice_and_a_target(minutes: int | None, target: str | None, message: str) -> None:
    with pytest.raises(DefinitionError, match=message) as refused:
        Definition(
            Decimal("0.9"), HOUR, BudgetingMethod.TIMESLICES, minutes, None if target is None else Decimal(target)
        )
    assert refused.value.reason in ("slice_minutes", "slice_target")


def test_a_slice_target_in_percent_is_refused_by_name() -> None:
    with pytest.raises(ObjectiveError, match=r"slice target must be between 0 and 1, got 95: did you mean 0.95\?"):
        Definition(Decimal("0.9"), HOUR, BudgetingMethod.TIMESLICES, 5, Decimal(95))


def test_a_definition_without_a_budget_cannot_be_made() -> None:
    with pytest.raises(ObjectiveError):
        Definition(Decimal(1), HOUR)
