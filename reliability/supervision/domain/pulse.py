"""Whether work is being done at all: the judgement of the auditor, which wakes the operators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reliability.kit.durations import humanize_duration

# Well above a lost lease, a restart of everything and the catching up after it.
LATE = timedelta(seconds=90)
# A stall is believed once it has lasted this long: at a start everything that came due meanwhile is late.
LASTING = timedelta(seconds=30)
REPEAT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Pulse:
    """error: why nothing could be read, in words. oldest_due_at: of the work that leads to pages; None: none waits.
    last_tick_at: None when there was none yet. failing: pieces of that work that failed many times in a row, and
    `failure`, what the first of them says. unheard: subjects whose pages no place took for minutes, of which
    `unheard_first` is one.
    """

    error: str = ""
    oldest_due_at: datetime | None = None
    waiting: int = 0
    last_tick_at: datetime | None = None
    failing: int = 0
    failure: str = ""
    unheard: int = 0
    unheard_first: str = ""


def why_stalled(*, pulse: Pulse, now: datetime) -> str:
    """In words; blank when work is being done."""
    if pulse.error:
        return f"the database does not answer: {pulse.error}"
    if pulse.last_tick_at is None or now - pulse.last_tick_at > LATE:
        since = "was ever made" if pulse.last_tick_at is None else f"since {pulse.last_tick_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"no tick {since}: are a worker, beat and the broker running?"
    if pulse.oldest_due_at is not None and now - pulse.oldest_due_at > LATE:
        age = humanize_duration(now - pulse.oldest_due_at)
        return (
            f"{pulse.waiting} pieces of work that pages need wait, the oldest for {age}: are the workers busy or dead?"
        )
    return ""


def why_some_are_lost(*, pulse: Pulse) -> str:
    """What does not get on though work is being done, in words; blank when all of it does."""
    words = []
    if pulse.failing:
        words.append(f"{pulse.failing} pieces of work that pages need fail again and again, such as {pulse.failure}")
    if pulse.unheard:
        words.append(
            f"nobody could be told of {pulse.unheard_first}"
            + (f" and {pulse.unheard - 1} more" if pulse.unheard > 1 else "")
            + ": no place takes the message"
        )
    return "; ".join(words)


@dataclass(frozen=True, slots=True)
class Watch:
    """What one auditor remembers between two looks. is_marked: the database says, too, that the operators were told."""

    stalled_since: datetime | None = None
    told_at: datetime | None = None
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    watch: Watch
    alarm: bool = False


def judge(*, watch: Watch, reason: str, now: datetime) -> Verdict:
    """Whether the operators hear of it now: once it lasts, and again each half hour."""
    if not reason:
        return Verdict(Watch())
    since = watch.stalled_since or now
    if now - since < LASTING or (watch.told_at is not None and now - watch.told_at < REPEAT):
        return Verdict(replace(watch, stalled_since=since))
    return Verdict(Watch(stalled_since=since, told_at=now), alarm=True)
