"""Spans of exclusions say of every minute what masks say of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.exclusions import Exclusion, ExclusionEffect, masks
from slo.domain.spans import clipped, spans_of

START = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = to_minute(START)
LENGTH = 200


@st.composite
def exclusions(draw: st.DrawFn) -> Exclusion:
    begins = START + timedelta(seconds=draw(st.integers(-3_000, LENGTH * 60)))
    ends = begins + timedelta(seconds=draw(st.integers(0, 6_000)))
    return Exclusion(Period(begins, ends), draw(st.sampled_from(ExclusionEffect)))


@given(st.lists(exclusions(), max_size=8))
def test_spans_hold_the_minutes_of_the_masks_each_once(found: list[Exclusion]) -> None:
    spans = spans_of(found)
    expected = masks(exclusions=found, start_minute=FIRST, end_minute=FIRST + LENGTH)
    for own, mask in ((spans.excluded, expected.excluded), (spans.up, expected.up)):
        counted = np.zeros(LENGTH, dtype=np.int64)
        for start, end in clipped(own, start_minute=FIRST, end_minute=FIRST + LENGTH):
            assert start < end
            counted[start - FIRST : end - FIRST] += 1
        assert counted.tolist() == mask.astype(np.int64).tolist()


def test_nothing_excluded_is_false() -> None:
    empty = Exclusion(Period(START, START))
    assert not spans_of([])
    assert not spans_of([empty])
    assert spans_of([Exclusion(Period(START, START + timedelta(seconds=1)))]).excluded == ((FIRST, FIRST + 1),)
