"""The fast ledger against the slow one, over made-up minutes and causes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.kit.instants import from_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.budget import evaluate
from slo.domain.budgeting import BudgetingMethod
from slo.domain.causes import Cause, CauseKind
from slo.domain.exact_sums import exact_sums
from slo.domain.ledger import Amount, HandEntry, Ledger, ledger
from slo.domain.ledger_posting import Stretch, judge
from tests.domain.ledger_reference import ORDER, Interval, Owner, spent_by_owner
from tests.domain.measured import counts_of
from tests.domain.test_budget_properties import Case, cases

EXAMPLES = settings(max_examples=50, deadline=None)


def intervals_before(now: datetime) -> st.SearchStrategy[list[Interval]]:
    second = int(now.timestamp())

    def made(kind: CauseKind, key: int, at: int, length: int, is_declared: bool) -> Interval:
        return Interval(kind, str(key), second + at, second + at + length, is_declared)

    one = st.builds(
        made,
        st.sampled_from(ORDER),
        st.integers(1, 4),
        st.integers(-20_000, 1_000),
        st.integers(0, 6_000),
        st.booleans(),
    )
    return st.lists(one, max_size=6)


def causes_of(intervals: list[Interval]) -> list[Cause]:
    return [
        Cause(
            kind=one.kind,
            key=one.key,
            start=datetime.fromtimestamp(one.first_second, UTC),
            end=datetime.fromtimestamp(one.last_second, UTC),
            label=one.key,
            is_declared=one.is_declared,
        )
        for one in intervals
    ]


def by_hand(case: Case) -> list[HandEntry]:
    return [
        HandEntry(Cause(CauseKind.BY_HAND, str(place), made.at, made.at, "by hand"), made.consumed_delta)
        for place, made in enumerate(case.adjustments)
    ]


def edges_of(period: Period, step: int) -> list[datetime]:
    return [*(piece.start for piece in period.split(timedelta(minutes=step))), period.end]


def ledger_of(case: Case, period: Period, intervals: list[Interval], *, step: int = 7, cut: int = 0) -> Ledger:
    """cut: minutes after the start at which the same definition comes into force once more; 0: at no time."""
    parts = [period]
    if cut and period.start < (at := from_minute(period.start_minute + cut)) < period.end:
        parts = [Period(period.start, at), Period(at, period.end)]
    stretches = [Stretch(case.definition, part, case.series) for part in parts]
    return ledger(
        judged=[judge(stretch=one, exclusions=case.exclusions, now=case.now) for one in stretches],
        causes=causes_of(intervals),
        by_hand=by_hand(case),
        edges=edges_of(period, step),
        now=case.now,
    )


@given(st.data(), cases(), st.integers(1, 50))
@EXAMPLES
def test_every_line_is_what_asking_each_minute_for_its_owner_gives(data: st.DataObject, case: Case, step: int) -> None:
    intervals = data.draw(intervals_before(case.now))
    period = case.definition.window.period_at(case.now)
    found = ledger_of(case, period, intervals, step=step)
    spent, base = spent_by_owner(
        counts=counts_of(case.series),
        rules=case.rules,
        start=period.start_minute,
        end=period.end_minute,
        now=to_minute(case.now),
        outs=case.outs,
        intervals=intervals,
    )
    exactly = case.rules.budgeting is not BudgetingMethod.RATIO_TIMESLICES  # ratios of slices are rounded once each
    assert (found.total is None) is (base == 0)
    lines: dict[Owner, Amount] = {
        (line.kind, line.key): line.amount for line in found.lines if line.kind is not CauseKind.BY_HAND
    }
    assert {key for key, amount in lines.items() if amount.spent} == set(spent)
    for key, units in spent.items():
        assert lines[key].spent == (units if exactly else pytest.approx(units, rel=1e-12))
        consumed = units / (base * (1 - Fraction(case.rules.objective)))
        assert lines[key].consumed == (consumed if exactly else pytest.approx(consumed, rel=1e-12))


@given(st.data(), cases(), st.integers(1, 300))
@EXAMPLES
def test_lines_and_steps_sum_to_what_the_budget_says_is_spent(data: st.DataObject, case: Case, cut: int) -> None:
    period = case.definition.window.period_at(case.now)
    budget = evaluate(
        series=case.series,
        definition=case.definition,
        period=period,
        exclusions=case.exclusions,
        adjustments=case.adjustments,
        now=case.now,
    )
    found = ledger_of(case, period, data.draw(intervals_before(case.now)), cut=cut)
    if found.total is None:
        assert budget.consumed is None
        return
    assert budget.consumed is not None
    assert sum(line.amount.consumed for line in found.lines) == found.total.consumed
    assert sum(step.total for step in found.steps) == found.total.consumed
    assert sum(found.of_kind(kind).consumed for kind in CauseKind) == found.total.consumed
    assert float(found.total.consumed) == pytest.approx(budget.consumed, rel=1e-9, abs=1e-9)
    if case.rules.budgeting is not BudgetingMethod.RATIO_TIMESLICES:
        assert float(found.total.consumed) == budget.consumed
        assert float(found.total.spent) == budget.bad_units
        assert float(found.allowed or 0) == pytest.approx(budget.units * float(case.definition.budget))


@given(st.lists(st.tuples(st.floats(0, 1e15), st.integers(0, 3)), max_size=40))
@EXAMPLES
def test_sums_of_any_counts_are_exact_in_any_order(pairs: list[tuple[float, int]]) -> None:
    expected = {group: sum(Fraction(value) for value, of in pairs if of == group) for _, group in pairs}
    found = exact_sums(
        values=np.array([value for value, _ in pairs], dtype=np.float64),
        groups=np.array([group for _, group in pairs], dtype=np.int64),
    )
    assert found == {group: amount for group, amount in expected.items() if amount}
