"""An objective that must stay met after an action is done, against a reference that counts one event at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from incidents.actions.domain.proving import COVERAGE_MIN, PATIENCE_DAYS, Day, Outcome, judge

DONE = datetime(2026, 11, 1, 9, tzinfo=UTC)
OBJECTIVE = Decimal("0.99")


def days_of(*rows: tuple[int, int, float]) -> list[Day]:
    """(bad, valid, coverage) of each day."""
    return [
        Day(DONE + timedelta(days=row), float(valid - bad), float(valid), coverage)
        for row, (bad, valid, coverage) in enumerate(rows)
    ]


def test_it_holds_once_enough_measured_days_are_over() -> None:
    rows = days_of(*[(5, 1000, 1.0)] * 6)
    assert judge(days=rows, objective=OBJECTIVE, needed=7).outcome is Outcome.WAITING
    found = judge(days=rows, objective=OBJECTIVE, needed=6)
    assert (found.outcome, found.days) == (Outcome.HELD, 6)
    assert "99.5 % were good over 6 measured days" in found.reason


def test_a_bad_hour_is_weighed_against_the_budget_of_all_the_days() -> None:
    """40 of 1,000 is below 99 % of a day, and within what seven such days allow."""
    assert judge(days=days_of((40, 1000, 1.0)), objective=OBJECTIVE, needed=7).outcome is Outcome.WAITING
    broken = judge(days=days_of((40, 1000, 1.0), (101, 1000, 1.0)), objective=OBJECTIVE, needed=7)
    assert broken.outcome is Outcome.BREACHED
    assert "broken on day 2 since it was done, which began 2026-11-02 09:00 UTC" in broken.reason


def test_days_without_data_never_count_as_met_and_it_gives_up_in_the_end() -> None:
    nothing = [(0, 0, 0.0)] * (7 + PATIENCE_DAYS)
    waiting = judge(days=days_of(*nothing[:-1]), objective=OBJECTIVE, needed=7)
    assert (waiting.outcome, waiting.days, waiting.sli) == (Outcome.WAITING, 0, None)
    assert "20 had no data" in waiting.reason
    given_up = judge(days=days_of(*nothing), objective=OBJECTIVE, needed=7)
    assert given_up.outcome is Outcome.UNKNOWN
    assert "choose another way of proof" in given_up.reason
    assert judge(days=[], objective=OBJECTIVE, needed=1).outcome is Outcome.WAITING


row = st.integers(0, 400).flatmap(
    lambda valid: st.tuples(st.integers(0, valid), st.just(valid), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
)


@given(rows=st.lists(row, max_size=12), needed=st.integers(1, 8), percent=st.integers(50, 99))
def test_it_says_what_exact_fractions_say(rows: list[tuple[int, int, float]], needed: int, percent: int) -> None:
    objective = Decimal(percent) / 100
    measured = [(bad, valid, coverage) if coverage else (0, 0, 0.0) for bad, valid, coverage in rows]
    found = judge(days=days_of(*measured), objective=objective, needed=needed)
    assert found.outcome is expected(measured, needed, Fraction(100 - percent, 100))


def expected(rows: list[tuple[int, int, float]], needed: int, budget: Fraction) -> Outcome:
    bad = valid = counted = 0
    length = Fraction(0)
    for day_bad, day_valid, coverage in rows:
        bad, valid, length = bad + day_bad, valid + day_valid, length + Fraction(coverage)
        counted += coverage >= COVERAGE_MIN and day_valid > 0
        if valid and bad > valid * budget * max(Fraction(needed) / length, Fraction(1)):
            return Outcome.BREACHED
        if counted >= needed:
            return Outcome.HELD
    return Outcome.UNKNOWN if len(rows) >= needed + PATIENCE_DAYS else Outcome.WAITING
