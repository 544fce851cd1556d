"""Figures of incidents against naive references."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.paging.domain.quiet_hours import Quiet
from incidents.response.domain.figures import Marks, durations_of, figures_of
from incidents.response.domain.interruptions import calls_of, is_night, joint_length
from reliability.kit.periods import Period

START = datetime(2026, 3, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
seconds = st.integers(0, 10**6)


@given(st.lists(seconds, min_size=2, max_size=60))
def test_median_mean_and_p90_are_those_of_the_standard_library(values: list[int]) -> None:
    found = durations_of(timedelta(seconds=value) for value in values)
    assert found.n == len(values)
    assert found.median is not None
    assert found.p90 is not None
    assert found.mean is not None
    assert found.median.total_seconds() == pytest.approx(statistics.median(values), abs=1e-5)
    assert found.mean.total_seconds() == pytest.approx(statistics.fmean(values), abs=1e-5)
    p90 = statistics.quantiles(values, n=10, method="inclusive")[8]
    assert found.p90.total_seconds() == pytest.approx(p90, abs=1e-5)


def test_of_nothing_nothing_is_known() -> None:
    none = durations_of([])
    assert (none.n, none.median, none.p90, none.mean) == (0, None, None, None)


def test_of_one_every_figure_is_that_one() -> None:
    one = durations_of([MINUTE])
    assert (one.median, one.p90, one.mean) == (MINUTE, MINUTE, MINUTE)


@st.composite
def marks(draw: st.DrawFn) -> Marks:
    started = START + SECOND * draw(seconds)
    detected = started + SECOND * draw(seconds)
    acknowledged = detected + SECOND * draw(seconds) if draw(st.booleans()) else None
    resolved = (acknowledged or detected) + SECOND * draw(seconds) if draw(st.booleans()) else None
    is_false, is_duplicate = draw(st.booleans()), draw(st.booleans())
    return Marks(started, detected, acknowledged, resolved, is_false, is_duplicate)


@given(st.lists(marks(), max_size=30))
def test_every_incident_is_counted_where_it_belongs(incidents: list[Marks]) -> None:
    figures = figures_of(incidents)
    own = [one for one in incidents if not one.is_duplicate]
    real = [one for one in own if not one.is_false_positive]
    assert figures.n + figures.duplicates == len(incidents)
    assert figures.mttd.n == len(real) == figures.n - figures.false_positives
    assert (
        figures.mttr_from_start.n == figures.mttr_from_detection.n == sum(one.resolved_at is not None for one in real)
    )
    assert figures.mtta.n + figures.never_acknowledged + figures.open_unacknowledged == figures.n
    assert figures.open == sum(one.resolved_at is None for one in own)
    assert figures.mtbf.n == max(len(real) - 1, 0)
    for durations in (figures.mttd, figures.mtta, figures.mttr_from_start, figures.mttr_from_detection, figures.mtbf):
        assert durations.median is None or durations.median >= timedelta(0)


def test_repair_from_the_start_is_longer_than_from_the_detection() -> None:
    figures = figures_of([Marks(START, START + MINUTE, START + 3 * MINUTE, START + 11 * MINUTE)])
    assert (figures.mttd.median, figures.mtta.median) == (MINUTE, 2 * MINUTE)
    assert (figures.mttr_from_start.median, figures.mttr_from_detection.median) == (11 * MINUTE, 10 * MINUTE)


def test_between_failures_is_from_start_to_start() -> None:
    hours = [START + timedelta(hours=hour) for hour in (0, 10, 4)]
    assert figures_of(Marks(at, at) for at in hours).mtbf.mean == timedelta(hours=5)


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        ("UTC", "2026-03-02T21:59:59Z", False),
        ("UTC", "2026-03-02T22:00:00Z", True),
        ("UTC", "2026-03-02T07:59:59Z", True),
        ("UTC", "2026-03-02T08:00:00Z", False),
        ("Asia/Tokyo", "2026-03-02T13:30:00Z", True),
        ("America/New_York", "2026-03-02T22:30:00Z", False),
    ],
)
def test_night_is_on_the_clock_of_the_person(zone: str, at: str, expected: bool) -> None:
    assert is_night(at=datetime.fromisoformat(at), zone_name=zone, quiet=None) is expected


def test_own_quiet_hours_are_the_night() -> None:
    noon = Quiet(start=time(12), end=time(13))
    assert is_night(at=START + timedelta(hours=12), zone_name="UTC", quiet=noon)
    assert not is_night(at=START, zone_name="UTC", quiet=noon)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50)), max_size=12))
def test_time_on_call_counts_each_minute_once(spans: list[tuple[int, int]]) -> None:
    periods = [Period(START + MINUTE * start, START + MINUTE * (start + length)) for start, length in spans]
    naive = {minute for start, length in spans for minute in range(start, start + length)}
    assert joint_length(periods) == MINUTE * len(naive)


def test_calls_are_put_against_the_weeks_on_call() -> None:
    shift = Period(START, START + timedelta(weeks=2))
    pages = [START + timedelta(hours=3), START + timedelta(hours=12), START + timedelta(days=3, hours=12)]
    calls = calls_of(pages=pages, zone_name="UTC", quiet=None, shifts=[shift, shift])
    assert (calls.pages, calls.night_pages, calls.per_week) == (3, 1, 1.5)
    assert calls_of(pages=pages, zone_name="UTC", quiet=None, shifts=[]).per_week is None
