"""Pauses before a child is started again, and before failed work is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reliability.outbox.domain.backoff import pause_after
from reliability.supervision.domain.restarts import HEALTHY_SECONDS, Restarts


def test_a_child_that_never_ended_starts_at_once() -> None:
    assert Restarts().pause_seconds == 0.0


def test_pauses_double_up_to_half_a_minute() -> None:
    restarts, pauses = Restarts(), []
    for _ in range(9):
        restarts = restarts.after_end(lived_seconds=1.0)
        pauses.append(restarts.pause_seconds)
    assert pauses[:4] == pytest.approx([0.3, 0.6, 1.2, 2.4])
    assert pauses[-1] == 30.0


def test_a_healthy_life_makes_the_next_end_the_first_one() -> None:
    tired = Restarts(in_a_row=8)
    assert tired.after_end(lived_seconds=HEALTHY_SECONDS).pause_seconds == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [
        pytest.param(0, 5, id="no attempt counts as the first"),
        pytest.param(1, 5, id="the first failure waits five seconds"),
        pytest.param(2, 10, id="the second twice as long"),
        pytest.param(7, 320, id="the seventh five minutes"),
        pytest.param(8, 600, id="the eighth ten minutes"),
        pytest.param(10_000, 600, id="and never longer"),
    ],
)
def test_failed_work_waits_longer_each_time(attempts: int, seconds: int) -> None:
    assert pause_after(attempts=attempts) == timedelta(seconds=seconds)
