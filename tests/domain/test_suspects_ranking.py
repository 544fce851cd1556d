"""Ranking suspects: near in time and in the graph comes first, nobody's order matters, rollbacks mend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.suspects.domain.kinds import SuspectKind
from reliability.suspects.domain.ranking import (
    GRAIN,
    WINDOW_DEFAULT,
    Candidate,
    Record,
    Trouble,
    is_suspect,
    rank,
    score,
)

T = datetime(2026, 3, 2, 12, tzinfo=UTC)
TROUBLE = Trouble(T)
MINUTE = timedelta(minutes=1)

minutes = st.integers(min_value=0, max_value=1439)
steps = st.integers(min_value=0, max_value=12)


@st.composite
def records(draw: st.DrawFn) -> Record:
    total = draw(st.integers(min_value=0, max_value=20))
    return Record(draw(st.integers(min_value=0, max_value=total)), total)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    made = []
    for number in range(draw(st.integers(min_value=0, max_value=14))):
        ended = T - draw(st.integers(min_value=-30, max_value=3000)) * MINUTE
        made.append(
            Candidate(
                key=f"deployment-{number}",
                kind=draw(st.sampled_from(SuspectKind)),
                began_at=ended - draw(st.integers(min_value=0, max_value=90)) * MINUTE,
                ended_at=draw(st.sampled_from([ended, None])),
                distance=draw(steps),
                mends=draw(st.booleans()),
                record=draw(records()),
            )
        )
    return made


def deployed(before: int, *, key: str = "a", **more: object) -> Candidate:
    """Minutes before the trouble; negative: after it."""
    at = T - before * MINUTE
    fields = {"key": key, "kind": SuspectKind.DEPLOYMENT, "began_at": at, "ended_at": at} | more
    return Candidate(**fields)  # type: ignore[arg-type]  # by name


@given(candidates(), st.randoms(use_true_random=False))
def test_the_order_they_come_in_does_not_matter(found: list[Candidate], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert rank(candidates=found, trouble=TROUBLE, window=WINDOW_DEFAULT) == rank(
        candidates=shuffled, trouble=TROUBLE, window=WINDOW_DEFAULT
    )


@given(candidates())
def test_scores_are_bounded_fall_by_place_and_are_those_of_a_naive_reference(found: list[Candidate]) -> None:
    ranked = rank(candidates=found, trouble=TROUBLE, window=WINDOW_DEFAULT)
    assert [one.place for one in ranked] == list(range(1, len(ranked) + 1))
    scores = [one.score for one in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < one < 1 for one in scores)
    for one in ranked:
        c = one.candidate
        last = c.began_at if c.ended_at is None else c.ended_at
        hours = max((T - last).total_seconds(), 0) / 3600
        rate = (c.record.failed + 1) / (c.record.total + 10)
        assert one.score == pytest.approx(1 / (1 + hours) * 0.6**c.distance * rate / (rate + 0.1))
        assert c.began_at <= T + GRAIN
        assert last > T - WINDOW_DEFAULT
        assert not (c.mends and (c.ended_at is None or c.ended_at > T))


@given(minutes, st.integers(min_value=1, max_value=600), steps, records())
def test_nearer_in_time_is_worse_for_it(before: int, more: int, distance: int, record: Record) -> None:
    near = deployed(before, distance=distance, record=record)
    far = deployed(before + more, distance=distance, record=record)
    assert score(candidate=near, trouble=TROUBLE) > score(candidate=far, trouble=TROUBLE)


@given(minutes, steps, st.integers(min_value=1, max_value=6), records())
def test_nearer_in_the_graph_is_worse_for_it(before: int, distance: int, more: int, record: Record) -> None:
    near = deployed(before, distance=distance, record=record)
    far = deployed(before, distance=distance + more, record=record)
    assert score(candidate=near, trouble=TROUBLE) > score(candidate=far, trouble=TROUBLE)


@given(minutes, st.integers(min_value=0, max_value=19))
def test_each_earlier_failure_makes_it_likelier(before: int, failed: int) -> None:
    less = deployed(before, record=Record(failed, 20))
    more = deployed(before, record=Record(failed + 1, 20))
    assert score(candidate=more, trouble=TROUBLE) > score(candidate=less, trouble=TROUBLE)


def test_one_failure_does_not_decide() -> None:
    """A service that failed the only time it was deployed is no worse than one deployed twelve minutes later."""
    unlucky = deployed(20, key="unlucky", record=Record(1, 1))
    fresh = deployed(2, key="fresh", record=Record(0, 0))
    assert [one.candidate.key for one in rank(candidates=[unlucky, fresh], trouble=TROUBLE, window=WINDOW_DEFAULT)] == [
        "fresh",
        "unlucky",
    ]


def test_a_direct_dependency_in_that_minute_weighs_as_much_as_the_service_forty_minutes_before() -> None:
    assert score(candidate=deployed(0, distance=1), trouble=TROUBLE) == pytest.approx(
        score(candidate=deployed(40), trouble=TROUBLE)
    )
    assert score(candidate=deployed(0), trouble=TROUBLE) == pytest.approx(0.5)


def test_the_example_of_the_guide() -> None:
    payments = deployed(4, key="payments", distance=1, record=Record(3, 20))
    checkout = deployed(60, key="checkout", record=Record(0, 20))
    ranked = rank(candidates=[checkout, payments], trouble=TROUBLE, window=WINDOW_DEFAULT)
    guide = (Path(__file__).parents[2] / "docs" / "suspects.md").read_text()
    for one in ranked:
        assert f"**{one.score:.4f}**".replace("0**", "**") in guide, one
    assert ranked[0].candidate is payments


def test_equals_are_told_apart_by_their_keys() -> None:
    found = [deployed(5, key=key) for key in ("c", "a", "b")]
    assert [one.candidate.key for one in rank(candidates=found, trouble=TROUBLE, window=WINDOW_DEFAULT)] == list("abc")


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        pytest.param(deployed(24 * 60), False, id="the window is half-open: its first instant is outside"),
        pytest.param(deployed(24 * 60 - 1), True, id="a minute later is inside"),
        pytest.param(deployed(-1), True, id="burns are known to the minute, so the next one may be the cause"),
        pytest.param(deployed(-2), False, id="what came after is no cause"),
        pytest.param(deployed(-20, began_at=T - 9 * MINUTE), True, id="a rollout that went on then"),
        pytest.param(deployed(0, began_at=T - 9 * MINUTE, ended_at=None), True, id="a rollout whose end nobody told"),
        pytest.param(deployed(30, mends=True), True, id="a rollback that was over before"),
        pytest.param(deployed(-20, began_at=T - MINUTE, mends=True), False, id="a rollback on its way mends"),
        pytest.param(deployed(0, began_at=T - MINUTE, ended_at=None, mends=True), False, id="so does an open one"),
    ],
)
def test_what_is_suspected(candidate: Candidate, expected: bool) -> None:
    assert is_suspect(candidate=candidate, trouble=TROUBLE, window=WINDOW_DEFAULT) is expected


def test_a_rollback_is_no_suspect_of_the_incident_that_was_declared_after_it_while_the_budget_burnt() -> None:
    back = deployed(5, mends=True)
    burning = Trouble(T, burning_since=T - 30 * MINUTE)
    assert is_suspect(candidate=back, trouble=TROUBLE, window=WINDOW_DEFAULT)
    assert not is_suspect(candidate=back, trouble=burning, window=WINDOW_DEFAULT)
    assert is_suspect(candidate=deployed(31, mends=True), trouble=burning, window=WINDOW_DEFAULT)


def test_no_more_than_the_limit_have_a_place() -> None:
    found = [deployed(number, key=str(number)) for number in range(30)]
    assert len(rank(candidates=found, trouble=TROUBLE, window=WINDOW_DEFAULT)) == 10
    assert len(rank(candidates=found, trouble=TROUBLE, window=WINDOW_DEFAULT, limit=3)) == 3
