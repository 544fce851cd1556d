"""What stands in the calendar: each room registers a function at start-up that tells its entries of a period.

`register_entries("game_days", fn)` in the room's `shell.py`. The calendar asks only for teams that its reader may see.
The page is of `chaos.schedules`; what it asks lies here, below every room that has something to tell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from reliability.kit.periods import Period

# Of one source in one period; a month with more is told as cut.
ENTRIES_MAX = 2_000


class Kind(StrEnum):
    """What an entry is: the filter of the page, its colour and icon."""

    EXPERIMENT = "experiment"  # is to run by itself
    RUN = "run"  # ran, runs or waits
    BLACKOUT = "blackout"
    GAME_DAY = "game_day"
    TRIAL = "trial"  # of disaster recovery, due by then
    ON_CALL = "on_call"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Kind.EXPERIMENT: "Experiments",
    Kind.RUN: "Runs",
    Kind.BLACKOUT: "Blackouts",
    Kind.GAME_DAY: "Game days",
    Kind.TRIAL: "Recovery trials",
    Kind.ON_CALL: "On call",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing at one time, [start, end); a moment has both the same.

    url: its page, "" when it has none. team_id None: of the whole installation. service_ids: what it is about; none:
    all of the team. state: a slug of reliability.web.states. is_whole_days: told without times. note: a line more.
    uid: names it for ever, whatever moves: "game-day-7"; "" keeps it out of iCal feeds. changed_at, revision: of what
    is behind it, for those feeds. is_cancelled: shown struck out, told as CANCELLED.
    """

    kind: Kind
    title: str
    start: datetime
    end: datetime
    url: str = ""
    team_id: int | None = None
    service_ids: frozenset[int] = frozenset()
    state: str = ""
    is_whole_days: bool = False
    note: str = ""
    uid: str = ""
    changed_at: datetime | None = None
    revision: int = 0
    is_cancelled: bool = False


class EntrySource(Protocol):
    def __call__(self, *, team_ids: Collection[int], period: Period) -> list[Entry]: ...


_SOURCES: dict[str, EntrySource] = {}


def register_entries(name: str, fn: EntrySource) -> None:
    """Ask *fn* whenever a calendar is drawn: entries with a moment in the period, at most ENTRIES_MAX, in any order.

    A bounded number of queries, whatever the period holds. Raises ValueError when another function has the name.
    """
    if _SOURCES.setdefault(name, fn) is not fn:
        raise ValueError(f"there are two sources of entries {name!r}: choose another name")


def entry_sources() -> Mapping[str, EntrySource]:
    return MappingProxyType(_SOURCES)


def forget_entries(name: str) -> None:
    """For tests that register their own."""
    _SOURCES.pop(name, None)
