"""Minutes for the tests of the maths: written as runs, or made by hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from reliability.kit.instants import to_minute
from slo.domain.minutes import MinuteSeries
from tests.domain.reference import Counts

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

Run = tuple[int, float | None, float]  # minutes, good per minute (None: not measured), valid per minute


def series_of(*runs: Run, end: datetime = NOON) -> MinuteSeries:
    """Runs of equal minutes, one after the other, the last of them ending at *end*."""
    good = np.concatenate([np.full(length, 0.0 if good is None else good) for length, good, _ in runs])
    valid = np.concatenate([np.full(length, valid) for length, _, valid in runs])
    covered = np.concatenate([np.full(length, good is not None) for length, good, _ in runs])
    return MinuteSeries(to_minute(end) - len(good), good, valid, covered)


def counts_of(series: MinuteSeries) -> Counts:
    """The same minutes for the reference."""
    return {
        series.start_minute + index: (Fraction(float(series.good[index])), Fraction(float(series.valid[index])))
        for index in np.flatnonzero(series.covered).tolist()
    }


def minutes_ago(minutes: int, *, end: datetime = NOON) -> datetime:
    return end - timedelta(minutes=minutes)


@st.composite
def runs_of_minutes(draw: st.DrawFn, *, minutes_max: int) -> Sequence[Run]:
    """Traffic with errors, exactly at a target, without errors, none at all, and gaps, in runs."""
    kinds: st.SearchStrategy[tuple[float | None, float]] = st.one_of(
        st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda pair: (float(min(pair)), float(max(pair)))),
        st.sampled_from([(999.0, 1000.0), (95.0, 100.0), (0.0, 7.0), (0.0, 0.0)]),
        st.just((None, 0.0)),
    )
    runs = draw(st.lists(st.tuples(st.integers(1, 40), kinds), min_size=1, max_size=12))
    return [(length, good, valid) for length, (good, valid) in runs][:minutes_max]
