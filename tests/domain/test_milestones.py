"""Milestones in their order: whatever is accepted, no duration is negative."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.response.domain.milestones import mistake_of
from incidents.response.domain.phases import Milestone

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
M = Milestone


@given(st.lists(st.tuples(st.sampled_from(Milestone), st.integers(0, 20)), max_size=40))
def test_accepted_changes_never_make_a_duration_negative(changes: list[tuple[Milestone, int]]) -> None:
    instants: dict[Milestone, datetime | None] = dict.fromkeys(Milestone)
    instants[M.STARTED], instants[M.DETECTED] = NOW - 10 * HOUR, NOW - 9 * HOUR
    for milestone, hours in changes:
        at = NOW - hours * HOUR
        if not mistake_of(milestone=milestone, at=at, instants=instants, now=NOW):
            instants[milestone] = at
        for earlier, later in (
            (M.STARTED, M.DETECTED),
            (M.DETECTED, M.ACKNOWLEDGED),
            (M.STARTED, M.MITIGATED),
            (M.MITIGATED, M.RESOLVED),
            (M.DETECTED, M.RESOLVED),
            (M.RESOLVED, M.CLOSED),
        ):
            first, last = instants[earlier], instants[later]
            assert first is None or last is None or first <= last


@pytest.mark.parametrize(
    ("milestone", "at", "words"),
    [
        (M.DETECTED, None, "cannot be empty"),
        (M.MITIGATED, NOW + HOUR, "lies in the future"),
        (M.DETECTED, NOW - 11 * HOUR, "lies before started"),
        (M.STARTED, NOW - 8 * HOUR, "lies after detected"),
        (M.ACKNOWLEDGED, None, ""),
        (M.ACKNOWLEDGED, NOW - 9 * HOUR, ""),
    ],
)
def test_a_mistake_says_what_to_correct_first(milestone: Milestone, at: datetime | None, words: str) -> None:
    instants = {M.STARTED: NOW - 10 * HOUR, M.DETECTED: NOW - 9 * HOUR}
    mistake = mistake_of(milestone=milestone, at=at, instants=instants, now=NOW)
    assert words in mistake
    assert bool(mistake) == bool(words)
