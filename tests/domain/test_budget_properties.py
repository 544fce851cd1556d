"""The fast maths against the slow reference, over made-up minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.kit.instants import from_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.budget import Adjustment, evaluate
from slo.domain.budgeting import BudgetingMethod
from slo.domain.burn import burns_over
from slo.domain.burndown import points as burndown_points
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion, ExclusionEffect
from slo.domain.history import points as history_points
from slo.domain.minutes import MinuteSeries
from slo.domain.status import State, state_of
from slo.domain.windows import CalendarUnit, CalendarWindow, RollingWindow, Window
from tests.domain import reference
from tests.domain.measured import Run, counts_of, runs_of_minutes, series_of

TARGETS = ("0.999", "0.95", "0.9", "0.5", "0.123456789012")


@dataclass(frozen=True)
class Case:
    series: MinuteSeries
    definition: Definition
    rules: reference.Rules
    exclusions: list[Exclusion]
    outs: list[reference.Out]
    adjustments: list[Adjustment]
    amounts: list[tuple[int, Decimal]]
    now: datetime

    def expected(self, *, start: int, end: int, adjusted: bool = True) -> reference.Result:
        return reference.budget(
            counts=counts_of(self.series),
            rules=self.rules,
            start=start,
            end=end,
            now=to_minute(self.now),
            outs=self.outs,
            adjustments=self.amounts if adjusted else (),
        )


@st.composite
def _windows(draw: st.DrawFn) -> Window:
    if draw(st.booleans()):
        return RollingWindow(timedelta(minutes=draw(st.integers(1, 400))))
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"]))
    unit = draw(st.sampled_from([CalendarUnit.MINUTE, CalendarUnit.HOUR, CalendarUnit.DAY]))
    count = draw(st.integers(1, 3)) * (60 if unit is CalendarUnit.MINUTE else 1)
    start = datetime(2026, 1, 1, draw(st.integers(0, 23)), draw(st.integers(0, 59)))  # noqa: DTZ001 - wall time
    return CalendarWindow(count, unit, start, zone)


# Berlin sets its clocks forward at 2026-03-29 01:00 UTC and back at 2026-10-25 01:00 UTC.
_ENDS = st.sampled_from(["2026-03-29T03:00", "2026-10-25T03:00", "2026-04-05T00:00", "2026-06-01T12:00"])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    now = datetime.fromisoformat(draw(_ENDS) + "Z") + timedelta(minutes=draw(st.integers(-90, 90)))
    runs: Sequence[Run] = draw(runs_of_minutes(minutes_max=12))
    series = series_of(*runs, end=now + timedelta(minutes=draw(st.integers(-5, 5))))
    method = draw(st.sampled_from(list(BudgetingMethod)))
    size = draw(st.sampled_from([1, 2, 5, 7, 30, 60]))
    target, objective = Decimal(draw(st.sampled_from(TARGETS))), Decimal(draw(st.sampled_from(TARGETS)))
    is_strict = draw(st.booleans())
    around = st.tuples(st.integers(-400, 30), st.integers(1, 120), st.booleans())
    outs = [
        reference.Out(to_minute(now) + at, to_minute(now) + at + length, is_up)
        for at, length, is_up in draw(st.lists(around, max_size=3))
    ]
    hand = st.tuples(st.integers(-400, 30), st.decimals("-2", "2", places=3))
    amounts = [(to_minute(now) + at, amount) for at, amount in draw(st.lists(hand, max_size=3))]
    effects = {True: ExclusionEffect.COUNTED_AS_UP, False: ExclusionEffect.EXCLUDED}
    return Case(
        series=series,
        definition=Definition(objective, draw(_windows()), method, size, target, is_strict),
        rules=reference.Rules(objective, method, size, target, is_strict),
        exclusions=[Exclusion(Period.from_minutes(out.first, out.last), effects[out.is_up]) for out in outs],
        outs=outs,
        adjustments=[Adjustment(from_minute(at), float(amount)) for at, amount in amounts],
        amounts=amounts,
        now=now,
    )


def _same(figure: float | None, expected: Fraction | None, *, exactly: bool) -> bool:
    if figure is None or expected is None:
        return figure is None and expected is None
    return figure == float(expected) if exactly else figure == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


@given(cases())
@settings(max_examples=300, deadline=None)
def test_a_budget_is_what_counting_minute_by_minute_gives(case: Case) -> None:
    period = case.definition.window.period_at(case.now)
    budget = evaluate(
        series=case.series,
        definition=case.definition,
        period=period,
        exclusions=case.exclusions,
        adjustments=case.adjustments,
        now=case.now,
    )
    expected = case.expected(start=period.start_minute, end=period.end_minute)
    exactly = case.rules.budgeting is not BudgetingMethod.RATIO_TIMESLICES
    assert [Fraction(budget.good), Fraction(budget.valid)] == [expected.good, expected.valid]
    assert (budget.covered_minutes, budget.minutes) == (expected.covered_minutes, expected.minutes)
    assert _same(budget.sli, expected.sli, exactly=exactly)
    assert _same(budget.consumed, expected.consumed, exactly=exactly)
    assert _same(budget.remaining, expected.remaining, exactly=exactly)
    if expected.remaining is not None and exactly:
        assert (state_of(remaining=budget.remaining).state is State.BREACHED) is (expected.remaining < 0)


@given(cases(), st.lists(st.integers(1, 500), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_a_burn_rate_is_what_counting_minute_by_minute_gives(case: Case, lengths: list[int]) -> None:
    windows = [timedelta(minutes=length) for length in lengths]
    rates = burns_over(
        series=case.series, definition=case.definition, windows=windows, exclusions=case.exclusions, now=case.now
    )
    size = case.definition.unit_minutes
    end = to_minute(case.now) // size * size
    for length, rate in zip(lengths, rates, strict=True):
        start = min(end - size, (to_minute(case.now) - length) // size * size)
        expected = case.expected(start=start, end=end, adjusted=False)
        assert _same(rate, expected.consumed, exactly=case.rules.budgeting is not BudgetingMethod.RATIO_TIMESLICES)


@given(cases(), st.integers(1, 120))
@settings(max_examples=100, deadline=None)
def test_each_step_of_history_is_a_budget_of_its_own(case: Case, step: int) -> None:
    period = Period(case.now - timedelta(minutes=300), case.now)
    found = history_points(
        series=case.series,
        definition=case.definition,
        period=period,
        step=timedelta(minutes=step),
        exclusions=case.exclusions,
        now=case.now,
    )
    assert [point.start for point in found] == [piece.start for piece in period.split(timedelta(minutes=step))]
    assert found[-1].end == case.now
    for point in found:
        expected = case.expected(start=to_minute(point.start), end=to_minute(point.end), adjusted=False)
        assert [Fraction(point.good), Fraction(point.valid)] == [expected.good, expected.valid]
        assert _same(point.sli, expected.sli, exactly=False)
        assert _same(point.burn_rate, expected.consumed, exactly=False)
        assert point.coverage == pytest.approx(expected.covered_minutes / expected.minutes if expected.minutes else 0)


@given(cases(), st.integers(1, 120))
@settings(max_examples=100, deadline=None)
def test_a_burn_down_ends_at_the_budget_and_gives_nothing_back(case: Case, step: int) -> None:
    period = case.definition.window.period_at(case.now)
    arguments = {"series": case.series, "definition": case.definition, "period": period, "exclusions": case.exclusions}
    budget = evaluate(**arguments, now=case.now)  # type: ignore[arg-type]  # the same arguments twice, by name
    step_length = timedelta(minutes=step)
    found = burndown_points(**arguments, step=step_length, now=case.now)  # type: ignore[arg-type]  # see above
    if budget.remaining is None:
        assert found == []
        return
    assert found[-1].remaining == budget.remaining
    assert found[-1].at == min(case.now, period.end)
    assert found[-1].bad_units == pytest.approx(budget.bad_units)
    left = np.array([point.remaining for point in found])
    assert (np.diff(left) <= 1e-6 * np.maximum(1, np.abs(left[1:]))).all()
    assert (np.diff([point.bad_units for point in found]) >= -1e-9).all()
    spent = sum(point.spent for point in found if point.spent is not None)
    assert spent == pytest.approx(found[0].remaining - budget.remaining, rel=1e-6, abs=1e-6)
