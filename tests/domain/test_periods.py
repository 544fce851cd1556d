from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.instants import from_minute
from reliability.kit.periods import Period, PeriodError

PERIODS = st.tuples(st.integers(0, 200), st.integers(0, 30)).map(lambda pair: Period.from_minutes(pair[0], sum(pair)))


def _minutes(*periods: Period) -> set[int]:
    return {minute for period in periods for minute in range(period.start_minute, period.end_minute)}


def test_a_period_that_ends_before_it_starts_cannot_be() -> None:
    with pytest.raises(PeriodError, match="before it starts"):
        Period.from_minutes(2, 1)


def test_the_start_belongs_to_a_period_and_the_end_does_not() -> None:
    period = Period.from_minutes(10, 12)
    assert [period.contains(from_minute(minute)) for minute in (9, 10, 11, 12)] == [False, True, True, False]
    assert period.intersection(Period.from_minutes(12, 13)) is None
    assert (period.minutes, period.length, period.is_empty) == (2, timedelta(minutes=2), False)


@given(PERIODS, PERIODS)
def test_an_intersection_holds_what_both_hold(one: Period, other: Period) -> None:
    common = one.intersection(other)
    assert (_minutes(common) if common else set()) == _minutes(one) & _minutes(other)


@given(PERIODS, st.integers(1, 40))
def test_pieces_make_up_the_whole(period: Period, step: int) -> None:
    pieces = list(period.split(timedelta(minutes=step)))
    assert sum((piece.length for piece in pieces), timedelta(0)) == period.length
    assert all(piece.length == timedelta(minutes=step) for piece in pieces[:-1])
