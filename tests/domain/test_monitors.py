"""Dead man's switches: what calls and time make of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.intake.domain.monitors import (
    ABSENCE,
    CallKind,
    State,
    Watch,
    after_clock_was_set_back,
    called,
    looked_at,
    next_look,
    paused,
    rescheduled,
    resumed,
)
from incidents.intake.domain.rhythms import Every

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NEW = Watch(state=State.NEW, rhythm=Every(HOUR), grace=5 * MINUTE)
UP = called(NEW, kind=CallKind.SUCCESS, now=NOW)


def test_a_new_one_waits_for_its_first_call_for_ever() -> None:
    assert next_look(NEW) is None
    assert looked_at(NEW, now=NOW + timedelta(days=365)) == NEW


def test_the_first_call_makes_it_up_and_expects_the_next() -> None:
    assert (UP.state, UP.expected_by, next_look(UP)) == (State.UP, NOW + HOUR, NOW + HOUR)


def test_it_is_late_after_its_period_and_down_after_its_grace() -> None:
    assert looked_at(UP, now=NOW + HOUR - MINUTE).state is State.UP
    late = looked_at(UP, now=NOW + HOUR)
    assert (late.state, next_look(late)) == (State.LATE, NOW + HOUR + 5 * MINUTE)
    down = looked_at(late, now=NOW + HOUR + 5 * MINUTE)
    assert (down.state, next_look(down)) == (State.DOWN, None)
    assert down.reason == "no call within 1 h, the last came 1 h 5 min ago"


def test_a_call_makes_it_up_again() -> None:
    down = looked_at(looked_at(UP, now=NOW + HOUR), now=NOW + 2 * HOUR)
    again = called(down, kind=CallKind.SUCCESS, now=NOW + 3 * HOUR)
    assert (again.state, again.since, again.reason) == (State.UP, NOW + 3 * HOUR, "")


@pytest.mark.parametrize(("exit_code", "words"), [(None, "it told of a failure"), (3, "it ended with exit code 3")])
def test_a_failure_is_down_at_once(exit_code: int | None, words: str) -> None:
    down = called(UP, kind=CallKind.FAIL, now=NOW + MINUTE, exit_code=exit_code)
    assert (down.state, down.reason) == (State.DOWN, words)


def test_a_run_that_does_not_end_is_down() -> None:
    running = called(UP, kind=CallKind.START, now=NOW + MINUTE)
    assert next_look(running) == NOW + 6 * MINUTE
    assert looked_at(running, now=NOW + 5 * MINUTE).state is State.UP
    assert looked_at(running, now=NOW + 6 * MINUTE).reason == "a run began and did not end within 5 min"


def test_a_run_that_ends_in_time_is_forgotten() -> None:
    ended = called(called(NEW, kind=CallKind.START, now=NOW), kind=CallKind.SUCCESS, now=NOW + MINUTE)
    assert (ended.begun_at, ended.state) == (None, State.UP)


def test_a_clock_that_jumps_ahead_wakes_nobody_before_the_grace() -> None:
    """The same look after an outage of ours: calls of that time never reached us."""
    jumped = NOW + HOUR + 5 * MINUTE + ABSENCE
    late = looked_at(UP, now=jumped)
    assert (late.state, next_look(late)) == (State.LATE, jumped + 5 * MINUTE)
    assert called(late, kind=CallKind.SUCCESS, now=jumped + MINUTE).state is State.UP
    assert looked_at(late, now=jumped + 5 * MINUTE).state is State.DOWN


def test_looks_that_are_always_late_do_not_put_the_alarm_off_for_ever() -> None:
    watch, now = UP, NOW
    for _ in range(3):
        at = next_look(watch)
        if at is None:
            break
        now = at + timedelta(hours=5)
        watch = looked_at(watch, now=now)
    assert watch.state is State.DOWN


def test_a_clock_that_is_set_back_does_not_stop_the_watch() -> None:
    back = after_clock_was_set_back(UP, now=NOW - HOUR)
    assert back.expected_by == NOW
    assert after_clock_was_set_back(UP, now=NOW) == UP


def test_a_paused_one_hears_and_stays_paused() -> None:
    quiet = paused(looked_at(UP, now=NOW + 3 * HOUR), now=NOW + 3 * HOUR)
    assert next_look(quiet) is None
    heard = called(quiet, kind=CallKind.FAIL, now=NOW + 4 * HOUR)
    assert (heard.state, heard.last_call_at) == (State.PAUSED, NOW + 4 * HOUR)
    assert looked_at(heard, now=NOW + 9 * HOUR).state is State.PAUSED


def test_a_resumed_one_has_a_whole_period() -> None:
    again = resumed(paused(UP, now=NOW), now=NOW + 9 * HOUR)
    assert (again.state, again.expected_by) == (State.UP, NOW + 10 * HOUR)
    assert resumed(paused(NEW, now=NOW), now=NOW).state is State.NEW


def test_another_period_counts_from_the_last_call() -> None:
    assert rescheduled(UP, rhythm=Every(2 * HOUR), grace=MINUTE).expected_by == NOW + 2 * HOUR


CALLS = st.tuples(st.sampled_from(CallKind), st.integers(0, 600))


@given(st.lists(CALLS, max_size=8), st.integers(0, 10))
def test_whoever_stops_calling_is_found_down_and_stays_so(calls: list[tuple[CallKind, int]], late: int) -> None:
    """Whatever came before: after the last success looks at the asked instants lead to DOWN within period and grace."""
    watch, now = NEW, NOW
    for kind, minutes in calls:
        now += minutes * MINUTE
        watch = called(watch, kind=kind, now=now)
    watch = called(watch, kind=CallKind.SUCCESS, now=now)
    last = now
    for _ in range(4):
        at = next_look(watch)
        if at is None:
            break
        now = at + late * timedelta(seconds=1)
        watch = looked_at(watch, now=now)
    assert watch.state is State.DOWN
    assert last + HOUR + 5 * MINUTE <= now <= last + HOUR + 6 * MINUTE
    assert looked_at(watch, now=now) == watch
