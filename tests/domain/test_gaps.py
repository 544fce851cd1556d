from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.periods import Period
from slo.domain.gaps import gaps_in


def test_a_fully_measured_series_has_no_gap() -> None:
    assert gaps_in(np.ones(10, dtype=np.bool_), start_minute=5) == ()


def test_no_minutes_have_no_gap() -> None:
    assert gaps_in(np.zeros(0, dtype=np.bool_), start_minute=5) == ()


def test_gaps_at_both_ends_and_in_between_are_found_with_their_minutes() -> None:
    covered = np.array([0, 0, 1, 0, 1, 1, 0], dtype=np.bool_)
    assert gaps_in(covered, start_minute=100) == (
        Period.from_minutes(100, 102),
        Period.from_minutes(103, 104),
        Period.from_minutes(106, 107),
    )


@given(st.lists(st.booleans(), max_size=200))
def test_gaps_and_measured_minutes_make_up_the_whole(covered: list[bool]) -> None:
    gaps = gaps_in(np.array(covered, dtype=np.bool_), start_minute=0)
    assert sum(gap.minutes for gap in gaps) == covered.count(False)
    assert all(not covered[minute] for gap in gaps for minute in range(gap.start_minute, gap.end_minute))
    assert all(later.start_minute > earlier.end_minute for earlier, later in pairwise(gaps))
