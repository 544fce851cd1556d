"""Badges of a team, from the records of its game days. Each says why, and when it was earned. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

STREAK_LEAST = 2


@dataclass(frozen=True, slots=True)
class Noticed:
    """A scenario of which the fault was noticed."""

    scenario: str
    seconds: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """A real run of an experiment that ended in a verdict about its hypothesis."""

    experiment: str
    has_held: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A game day that took place. month: year and month on the clock of its zone. found: when faults were found."""

    title: str
    month: tuple[int, int]
    at: datetime
    found: Sequence[tuple[datetime, str]] = ()
    noticed: Sequence[Noticed] = ()
    tried: Sequence[Tried] = ()


@dataclass(frozen=True, slots=True)
class Badge:
    """name: slug for its icon. why: in words, with numbers. at: when it was earned."""

    name: str
    title: str
    why: str
    at: datetime


def badges(*, days: Sequence[Held]) -> list[Badge]:
    """In the order in which they were earned."""
    found = [*_first_fault(days), *_fastest(days), *_streak(days), *_repeated(days)]
    return sorted(found, key=lambda badge: (badge.at, badge.name, badge.title))


def _first_fault(days: Sequence[Held]) -> Iterator[Badge]:
    faults = [(at, words, day.title) for day in days for at, words in day.found]
    if faults:
        at, words, title = min(faults)
        yield Badge("first-fault", "First fault found", f"“{words}”, at {title}", at)


def _fastest(days: Sequence[Held]) -> Iterator[Badge]:
    noticed = [(one.seconds, one.at, one.scenario, day.title) for day in days for one in day.noticed]
    if noticed:
        seconds, at, scenario, title = min(noticed)
        yield Badge("fastest", "Fastest detection", f"{scenario} was noticed after {_took(seconds)}, at {title}", at)


def _streak(days: Sequence[Held]) -> Iterator[Badge]:
    """The longest row of months with a game day in each; of two as long the earlier."""
    first_of: dict[int, datetime] = {}
    for day in days:
        month = day.month[0] * 12 + day.month[1] - 1
        first_of[month] = min(first_of.get(month, day.at), day.at)
    best, length, previous = (0, 0), 0, None
    for month in sorted(first_of):
        length = length + 1 if previous is not None and month == previous + 1 else 1
        best, previous = max(best, (length, -month)), month
    if best[0] >= STREAK_LEAST:
        last = -best[1]
        begun = last - best[0] + 1
        why = f"a game day in each month from {_month(begun)} to {_month(last)}"
        yield Badge("streak", f"{best[0]} months in a row", why, first_of[last])


def _repeated(days: Sequence[Held]) -> Iterator[Badge]:
    """Experiments that did not hold at first, and were tried until they did."""
    tries: dict[str, list[Tried]] = {}
    for day in days:
        for one in day.tried:
            tries.setdefault(one.experiment, []).append(one)
    for experiment, runs in sorted(tries.items()):
        ordered = sorted(runs, key=lambda one: one.at)
        failed = 0
        for one in ordered:
            if not one.has_held:
                failed += 1
            elif failed:
                why = f"{experiment} held after {failed} {'try' if failed == 1 else 'tries'} that did not"
                yield Badge("repeated", "Tried until it held", why, one.at)
                break


def _month(months: int) -> str:
    return f"{months // 12}-{months % 12 + 1:02}"


def _took(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
