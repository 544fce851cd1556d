"""Prefix sums after any writing are the sums of all hours before, and the shorter side is moved."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.prefixes import Head, plan

HOURS = st.dictionaries(st.integers(100, 140), st.integers(-5, 9), min_size=1, max_size=6)


class Naive:
    """Hours with their sums, and the prefix sums a database would hold."""

    def __init__(self) -> None:
        self.head = Head(1, None, None, np.zeros(3), np.zeros(3))
        self.sums: dict[int, np.ndarray] = {}
        self.before: dict[int, np.ndarray] = {}

    def write(self, changes: dict[int, int]) -> int:
        """Apply a plan as the service does; returns how many unwritten rows were moved."""
        hours = np.array(sorted(changes))
        change = np.array([[changes[hour] * unit for unit in (1.0, 2.0, 3.0)] for hour in hours.tolist()])
        before = np.array([self.before.get(hour, np.zeros(3)) for hour in hours.tolist()])
        planned = plan(head=self.head, hours=hours, before=before, change=change)
        moved = 0
        for shift in planned.shifts:
            for hour in range(shift.first_hour, shift.last_hour + 1):
                self.before[hour] = self.before[hour] + (shift.good, shift.valid, shift.minutes)
                moved += 1
        for place, hour in enumerate(hours.tolist()):
            self.before[hour] = planned.before[place]
            self.sums[hour] = self.sums.get(hour, np.zeros(3)) + change[place]
        for place, hour in enumerate(planned.gap_hours.tolist()):
            self.before[hour], self.sums[hour] = planned.gap_before[place], np.zeros(3)
        self.head = planned.head
        return moved

    def check(self) -> None:
        assert sorted(self.sums) == list(range(min(self.sums), max(self.sums) + 1))
        assert (self.head.first_hour, self.head.last_hour) == (min(self.sums), max(self.sums))
        running = self.head.base
        for hour in sorted(self.sums):
            assert self.before[hour].tolist() == running.tolist()
            running = running + self.sums[hour]
        assert self.head.total.tolist() == running.tolist()


@given(st.lists(HOURS, min_size=1, max_size=8))
def test_any_sequence_of_writings_keeps_the_sums(writings: list[dict[int, int]]) -> None:
    naive = Naive()
    for changes in writings:
        naive.write(changes)
        naive.check()


def test_hours_in_front_and_behind_move_no_row() -> None:
    naive = Naive()
    assert naive.write({120: 4}) == 0
    assert naive.write({110: 4, 111: 2}) == 0
    assert naive.write({130: 7}) == 0
    naive.check()


def test_a_correction_moves_the_fewer_rows() -> None:
    naive = Naive()
    naive.write({100: 1, 140: 1})
    assert naive.write({102: 5}) == 2
    assert naive.write({138: 5}) == 2
    naive.check()
