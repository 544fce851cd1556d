"""What becomes of the instants of a schedule that have come: at most one of them fires, whatever was missed.

It is late when the grace has passed since it might have started. The newest that is not left out by a rule wins; the
others are overtaken by it. What may start only in a window waits for one, or is left out, as the schedule says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chaos.schedules.domain.policies import Cause, Misfire, Outcome
from chaos.schedules.domain.timing import Timing
from reliability.kit.durations import humanize_duration
from reliability.kit.periods import Period

# Of an outage so many instants have a row each; those before them have one together.
ROWS_MAX = 200
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Instant:
    """One that was due. starts_at: when it may start; None: never. until: it stands for all from due_at to it."""

    due_at: datetime
    starts_at: datetime | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an instant. starts_at: of one that waits."""

    due_at: datetime
    outcome: Outcome
    cause: Cause
    reason: str
    starts_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """settled: in order, at most one of them to be fired (REQUESTED) or to wait. next_at: the next instant to decide.
    start_by: what is fired may not start later."""

    settled: tuple[Settled, ...]
    next_at: datetime | None
    start_by: datetime | None = None

    @property
    def look_at(self) -> datetime | None:
        """When there is something to decide again."""
        waits = [one.starts_at for one in self.settled if one.outcome is Outcome.WAITING]
        return min((at for at in (self.next_at, *waits) if at is not None), default=None)


def decide(timing: Timing, *, since: datetime | None, waiting: Instant | None, now: datetime) -> Decision:
    """Settle everything that has come by *now*.

    since: the first instant that was not decided; waiting: the one that waits for a window. Asked too early it leaves
    all as it is: the one that waits is settled as WAITING again.
    """
    came = [] if since is None or since > now else _came(timing, Period(since, now + _INSTANT))
    contenders = [*([waiting] if waiting else []), *came]
    settled: list[Settled] = []
    running: list[Instant] = []
    for one in contenders:
        left_out = _left_out(timing, one, now=now)
        if left_out is None:
            running.append(one)
        else:
            settled.append(left_out)
    start_by = None
    if running:
        newest = running[-1]
        won = _newest(timing, newest, now=now)
        start_by = timing.may_start_until(now) if won.outcome is Outcome.REQUESTED else None
        settled += [_overtaken(one, by=newest) for one in running[:-1]]
        settled.append(won)
    next_at = since if since is not None and since > now else timing.next_due(after=now)
    return Decision(tuple(sorted(settled, key=lambda one: one.due_at)), next_at, start_by)


def _came(timing: Timing, period: Period) -> list[Instant]:
    """The instants of the period; the oldest of very many together."""
    newest = timing.newest_due(period, count=ROWS_MAX)
    if len(newest) < ROWS_MAX:
        return [Instant(at, timing.starts_at(at)) for at in newest]
    first, kept = timing.next_due(after=period.start - _INSTANT), newest[1:]
    found = [Instant(at, timing.starts_at(at)) for at in kept]
    if first is None or first == newest[0]:
        return [Instant(newest[0], timing.starts_at(newest[0])), *found]
    return [Instant(first, None, until=newest[0]), *found]


def _left_out(timing: Timing, one: Instant, *, now: datetime) -> Settled | None:
    """What a rule of the schedule makes of it, whatever else came; None: it may fire or wait."""
    if one.until is not None:
        return Settled(one.due_at, Outcome.SKIPPED, Cause.MISSED, "missed, with many others", until=one.until)
    if one.starts_at is None:
        return Settled(one.due_at, Outcome.SKIPPED, Cause.OUTSIDE, "outside of its windows")
    late = now - one.starts_at
    if timing.misfire is Misfire.SKIP and late > timing.grace:
        words = f"missed by {humanize_duration(late)}, the grace is {humanize_duration(timing.grace)}"
        return Settled(one.due_at, Outcome.SKIPPED, Cause.MISSED, words)
    return None


def _newest(timing: Timing, one: Instant, *, now: datetime) -> Settled:
    starts_at = one.starts_at
    if starts_at is None:
        raise ValueError("what never starts was left out before")
    if starts_at > now:
        return _waits(one, starts_at)
    if timing.may_start_until(now) is None:
        again_at = timing.starts_at(now)
        if again_at is None:
            is_over = now >= timing.days.end
            words = f"it came late, {'after its last day' if is_over else 'when its window had closed'}"
            return Settled(one.due_at, Outcome.SKIPPED, Cause.OUTSIDE, words)
        return _waits(one, again_at)
    late = now - starts_at
    if late > timing.grace:
        words = f"late by {humanize_duration(late)}, once for all that were missed"
        return Settled(one.due_at, Outcome.REQUESTED, Cause.LATE, words)
    return Settled(one.due_at, Outcome.REQUESTED, Cause.IN_TIME, "in time")


def _waits(one: Instant, starts_at: datetime) -> Settled:
    return Settled(one.due_at, Outcome.WAITING, Cause.NOT_OPEN_YET, "waits for its next window", starts_at=starts_at)


def _overtaken(one: Instant, *, by: Instant) -> Settled:
    words = f"the firing of {by.due_at:%Y-%m-%d %H:%M} UTC takes its place"
    return Settled(one.due_at, Outcome.SKIPPED, Cause.OVERTAKEN, words)
