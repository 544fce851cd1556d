"""MTTF against a naive reference that lives through every minute, and how figures compare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import mean, median

from hypothesis import given
from hypothesis import strategies as st

from incidents.learning.domain.comparison import ENOUGH, Trend, compared
from incidents.learning.domain.failures import Failure, failures_of, quiet_times, time_to_failure
from incidents.response.domain.figures import Marks, figures_of

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minute: int) -> datetime:
    return BEGIN + minute * MINUTE


def failures(*spans: tuple[int, int | None]) -> list[Failure]:
    return [Failure(at(start), None if end is None else at(end)) for start, end in spans]


def test_it_runs_from_the_end_of_one_to_the_start_of_the_next() -> None:
    assert quiet_times(failures((0, 10), (30, 40), (100, 101))) == [20 * MINUTE, 60 * MINUTE]
    assert quiet_times(failures((0, 50), (10, 20), (60, 61))) == [10 * MINUTE], "overlapping ones are one"
    assert quiet_times(failures((0, None), (60, 61))) == [], "while it lasts, nothing runs"
    assert quiet_times(failures((0, 10))) == quiet_times([]) == []


spans = st.lists(
    st.tuples(st.integers(0, 120), st.one_of(st.none(), st.integers(1, 40))).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
    ),
    max_size=8,
)


@given(found=spans)
def test_it_is_what_counting_minutes_says(found: list[tuple[int, int | None]]) -> None:
    def is_down(minute: int) -> bool:
        return any(start <= minute and (end is None or minute < end) for start, end in found)

    runs: list[int] = []
    length = 0
    has_failed = False
    for minute in range(200):
        if is_down(minute):
            if has_failed and length:
                runs.append(length)
            has_failed, length = True, 0
        elif has_failed:
            length += 1
    assert quiet_times(failures(*found)) == [run * MINUTE for run in runs]


@given(found=spans)
def test_one_after_the_other_what_lies_between_is_what_ran_and_what_was_broken(
    found: list[tuple[int, int | None]],
) -> None:
    """MTBF = MTTF + MTTR, as sums, when nothing overlaps."""
    shifted = [
        Marks(
            started_at=at(1000 * row),
            detected_at=at(1000 * row),
            resolved_at=at(1000 * row + (end or start + 40) - start),
        )
        for row, (start, end) in enumerate(found)
    ]
    between = figures_of(shifted).mtbf
    ran = time_to_failure(shifted)
    assert ran.n == between.n == max(len(shifted) - 1, 0)
    if ran.mean is not None and between.mean is not None:
        broken = sum(((one.resolved_at or at(0)) - one.started_at for one in shifted[:-1]), timedelta(0))
        assert (ran.mean + broken / between.n - between.mean) < timedelta(microseconds=between.n)


def test_duplicates_and_false_positives_are_no_failures() -> None:
    marks = Marks(at(0), at(1), resolved_at=at(10))
    other = {"started_at": at(20), "detected_at": at(20), "resolved_at": at(30)}
    assert len(failures_of([marks, Marks(**other, is_duplicate=True), Marks(**other, is_false_positive=True)])) == 1  # type: ignore[arg-type]  # instants only


def test_the_median_and_mean_are_those_of_the_intervals() -> None:
    found = time_to_failure(
        [Marks(at(start), at(start), resolved_at=at(end)) for start, end in ((0, 10), (20, 30), (90, 95), (100, 101))]
    )
    quiet = [10, 60, 5]
    assert found.median == median(quiet) * MINUTE
    assert found.mean == mean(quiet) * MINUTE


def test_figures_of_few_are_shown_and_not_judged() -> None:
    assert compared(now=10.0, before=5.0, n_now=ENOUGH - 1).trend is Trend.UNKNOWN
    assert compared(now=None, before=5.0).words == "no data"
    assert compared(now=5.0, before=None).words == "no data before"
    assert compared(now=5.4, before=5.0).words == "about the same"
    assert compared(now=10.0, before=5.0).words == "100 % more"
    assert compared(now=2.0, before=8.0).words == "75 % less"
    assert compared(now=3.0, before=0.0).words == "none before"
    assert compared(now=0.0, before=0.0).words == "none, as before"
