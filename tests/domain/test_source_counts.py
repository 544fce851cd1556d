"""What a source may claim, and how its health is told."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from reliability.telemetry.domain.breaker import rest_after
from reliability.telemetry.domain.counts import Counts, concatenate, from_good_and_valid
from reliability.telemetry.domain.health import HealthState, health_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def counts(good: list[float], valid: list[float], faulty: list[bool] | None = None) -> Counts:
    return from_good_and_valid(
        start_minute=0,
        good=np.array(good),
        valid=np.array(valid),
        covered=np.ones(len(good), dtype=bool),
        faulty=np.array(faulty or [False] * len(good)),
    )


@pytest.mark.parametrize(
    ("good", "valid"),
    [(11.0, 10.0), (math.nan, 10.0), (1.0, math.inf), (-1.0, 10.0), (1.0, 1e10 + 1)],
    ids=["more good than valid", "NaN", "infinite", "negative", "more than a minute can hold"],
)
def test_an_impossible_minute_is_refused_and_never_shown_as_full_success(good: float, valid: float) -> None:
    found = counts([5, good], [10, valid])
    assert found.covered.tolist() == [True, False]
    assert found.good.tolist() == [5, 0]
    assert found.valid.tolist() == [10, 0]
    assert found.faults == 1
    assert "1 minute was refused" in found.warnings[0]


def test_too_many_events_for_a_minute_are_told_apart_from_contradictions() -> None:
    assert "more than 10,000,000,000 events in one minute" in counts([5, 6], [10, 1e11]).warnings[0]
    assert "more good events than valid ones" in counts([5, 6], [10, 5]).warnings[0]


def test_the_rounding_of_a_sum_is_no_lie() -> None:
    found = counts([0.1 + 0.2], [0.3])
    assert found.faults == 0
    assert found.good[0] == found.valid[0] == 0.3


def test_pieces_are_put_together_and_warn_once() -> None:
    whole = concatenate([counts([1, 9], [2, 2]), counts([9], [2])])
    assert whole.minutes == 3
    assert whole.faults == 2
    assert len(whole.warnings) == 1


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, None), (2, None), (3, 60), (4, 120), (5, 240), (6, 300), (1000, 300)]
)
def test_the_breaker_rests_longer_and_longer_up_to_five_minutes(failures: int, seconds: int | None) -> None:
    assert rest_after(failures) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("columns", "state", "words"),
    [
        ({"checked_at": None}, HealthState.UNKNOWN, "Not asked yet"),
        ({}, HealthState.HEALTHY, "Answers in 20 ms"),
        ({"latency_seconds": 8.0}, HealthState.DEGRADED, "slowly"),
        ({"warnings": ["partial"]}, HealthState.DEGRADED, "with warnings"),
        ({"failures_in_a_row": 1}, HealthState.DEGRADED, "Failed once; last answer 1 min ago"),
        ({"failures_in_a_row": 3}, HealthState.FAILING, "Failed 3 times in a row"),
        ({"failures_in_a_row": 4, "answered_at": None}, HealthState.FAILING, "it never answered"),
        (
            {"failures_in_a_row": 4, "open_until": NOW + timedelta(minutes=2)},
            HealthState.FAILING,
            "left alone for 2 min",
        ),
        ({"checked_at": NOW - timedelta(hours=3)}, HealthState.HEALTHY, "3 h ago"),
        ({"is_read": False}, HealthState.HEALTHY, "Counts arrived last 1 min ago"),
        ({"is_read": False, "answered_at": None}, HealthState.UNKNOWN, "No counts have arrived yet"),
    ],
)
def test_health_is_told_in_words(columns: dict[str, Any], state: HealthState, words: str) -> None:
    healthy: dict[str, Any] = {
        "is_read": True,
        "checked_at": NOW - timedelta(minutes=1),
        "answered_at": NOW - timedelta(minutes=1),
        "latency_seconds": 0.02,
        "failures_in_a_row": 0,
        "open_until": None,
        "last_error": "",
        "warnings": [],
        "now": NOW,
    }
    health = health_of(**healthy | columns)
    assert health.state is state
    assert words in health.words
