"""The state of a dead man's switch, from its calls and the time. Pure: what is next, when, and why.

NEW → UP by the first call, UP → LATE when the next is overdue, LATE → DOWN after the grace, and a call that tells of a
failure makes it DOWN at once. Any other call makes it UP again. PAUSED stays until somebody resumes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.intake.domain.rhythms import Rhythm
from reliability.kit.durations import humanize_duration

# A look that comes this much later than it should: we were not there, or the clock was set forward. Calls of that time
# may be lost, so the monitor gets its grace anew before anybody is woken.
ABSENCE = timedelta(seconds=90)


class State(StrEnum):
    NEW = "new"
    UP = "up"
    LATE = "late"
    DOWN = "down"
    PAUSED = "paused"


class CallKind(StrEnum):
    SUCCESS = "success"
    START = "start"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Watch:
    """A monitor as this module knows it. look_at: the instant of the look that was asked for last."""

    state: State
    rhythm: Rhythm
    grace: timedelta
    last_call_at: datetime | None = None
    expected_by: datetime | None = None
    begun_at: datetime | None = None
    since: datetime | None = None
    reason: str = ""

    def _becomes(self, state: State, *, now: datetime, reason: str = "") -> Watch:
        since = self.since if state is self.state else now
        return replace(self, state=state, since=since, reason=reason)


def called(watch: Watch, *, kind: CallKind, now: datetime, exit_code: int | None = None) -> Watch:
    """After a call. A call that begins a run makes a monitor that was down wait for the run's end."""
    heard = replace(watch, last_call_at=now)
    if kind is CallKind.START:
        return replace(heard, begun_at=now)
    heard = replace(heard, begun_at=None, expected_by=watch.rhythm.next_after(now))
    if watch.state is State.PAUSED:
        return heard
    if kind is CallKind.FAIL:
        words = "it told of a failure" if exit_code is None else f"it ended with exit code {exit_code}"
        return heard._becomes(State.DOWN, now=now, reason=words)
    return heard._becomes(State.UP, now=now)


def looked_at(watch: Watch, *, now: datetime) -> Watch:
    """After a look at *now*: later, down, or as before. Safe to run twice and early."""
    if watch.state in (State.NEW, State.PAUSED, State.DOWN):
        return _watched_run(watch, now=now) if watch.state is State.NEW else watch
    if watch.expected_by is None:
        return watch
    overdue = now - watch.expected_by
    if overdue < timedelta(0):
        return _watched_run(watch, now=now)
    if watch.state is State.UP and overdue >= max(watch.grace, timedelta(0)) + ABSENCE:
        # The look at `expected_by` should have made it late long ago. Once only: what is late already goes down.
        return replace(watch, expected_by=now)._becomes(State.LATE, now=now, reason=_late(watch, now))
    if overdue >= watch.grace:
        return watch._becomes(State.DOWN, now=now, reason=_late(watch, now))
    return watch._becomes(State.LATE, now=now, reason=_late(watch, now))


def _watched_run(watch: Watch, *, now: datetime) -> Watch:
    """A run that has begun must end within the grace."""
    if watch.begun_at is None or now < watch.begun_at + watch.grace:
        return watch
    if now >= watch.begun_at + watch.grace + ABSENCE and watch.begun_at == watch.last_call_at:
        return replace(watch, begun_at=now)  # once: looks that are always late must not put it off for ever
    words = f"a run began and did not end within {humanize_duration(watch.grace)}"
    return watch._becomes(State.DOWN, now=now, reason=words)


def next_look(watch: Watch) -> datetime | None:
    """When the state may change by itself."""
    run_ends_by = None if watch.begun_at is None else watch.begun_at + watch.grace
    if watch.state is State.NEW:
        return run_ends_by
    if watch.state is State.UP:
        return min(filter(None, (watch.expected_by, run_ends_by)), default=None)
    if watch.state is State.LATE and watch.expected_by is not None:
        return watch.expected_by + watch.grace
    return None


def after_clock_was_set_back(watch: Watch, *, now: datetime) -> Watch:
    """A last call that lies in the future: the clock was set back. Its period begins now, else nobody would look."""
    if watch.last_call_at is None or watch.last_call_at <= now + timedelta(minutes=1):
        return watch
    begun_at = None if watch.begun_at is None else min(watch.begun_at, now)
    return replace(watch, last_call_at=now, expected_by=watch.rhythm.next_after(now), begun_at=begun_at)


def resumed(watch: Watch, *, now: datetime) -> Watch:
    """Watched again: up until its next call is overdue, or new when it was never called."""
    if watch.last_call_at is None:
        return replace(watch, expected_by=None, begun_at=None)._becomes(State.NEW, now=now)
    return replace(watch, expected_by=watch.rhythm.next_after(now), begun_at=None)._becomes(State.UP, now=now)


def paused(watch: Watch, *, now: datetime) -> Watch:
    return replace(watch, expected_by=None, begun_at=None)._becomes(State.PAUSED, now=now)


def rescheduled(watch: Watch, *, rhythm: Rhythm, grace: timedelta) -> Watch:
    """With another rhythm: counted from the last call."""
    expected_by = watch.expected_by
    if watch.last_call_at is not None and watch.state in (State.UP, State.LATE):
        expected_by = rhythm.next_after(watch.last_call_at)
    return replace(watch, rhythm=rhythm, grace=grace, expected_by=expected_by)


def _late(watch: Watch, now: datetime) -> str:
    last = watch.last_call_at
    if last is None:
        return watch.rhythm.missed(due_at=watch.expected_by or now)
    missed = watch.rhythm.missed(due_at=watch.rhythm.next_after(last))
    return f"{missed}, the last came {humanize_duration(now - last)} ago"
