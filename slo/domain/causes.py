"""What can have spent a minute of budget, and which of several did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from reliability.kit.periods import Period
from slo.domain.exclusions import touched_minutes
from slo.domain.minutes import IntArray

LineKey: TypeAlias = "tuple[CauseKind, str]"


class CauseKind(StrEnum):
    """In the order of precedence: of several causes of one minute the first kind has it."""

    MAINTENANCE = "maintenance"
    EXPERIMENT = "experiment"
    INCIDENT = "incident"
    SUSPECT = "suspect"
    UNKNOWN = "unknown"
    BY_HAND = "by_hand"  # no minutes at all: what people added or gave back

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    CauseKind.MAINTENANCE: "Maintenance",
    CauseKind.EXPERIMENT: "Experiment",
    CauseKind.INCIDENT: "Incident",
    CauseKind.SUSPECT: "Suspected change",
    CauseKind.UNKNOWN: "Unknown",
    CauseKind.BY_HAND: "Adjusted by hand",
}
_RANK = {kind: rank for rank, kind in enumerate(CauseKind)}


UNKNOWN: LineKey = (CauseKind.UNKNOWN, "unknown")


@dataclass(frozen=True, slots=True)
class Behind:
    """What was changed before a cause, as far as anybody knows. words: how sure that is ("First suspect"), why: its
    reasons. label, url: for those who can read all of team_ids.
    """

    words: str
    label: str
    url: str
    why: str
    is_confirmed: bool
    team_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Cause:
    """[start, end) of one cause; end None: it goes on. Several of one key make one line of the ledger.

    is_declared: a person or a system named this objective; else it was found through its service, or inferred.
    detail: why it is taken for the cause. team_ids: who asks must be able to read all of these to be told its name.
    """

    kind: CauseKind
    key: str
    start: datetime
    end: datetime | None
    label: str
    url: str = ""
    detail: str = ""
    is_declared: bool = True
    team_ids: frozenset[int] = frozenset()
    behind: Behind | None = None

    @property
    def line(self) -> LineKey:
        return self.kind, self.key


def owners(*, causes: Sequence[Cause], start_minute: int, end_minute: int) -> IntArray:
    """Per minute of [start_minute, end_minute) the index of the cause that has it, -1 where there is none.

    A cause has every minute it touches. Kinds before each other as in CauseKind; within one kind what is declared
    before what is inferred, then the one that began last: the narrower of two that overlap.
    """
    found = np.full(max(0, end_minute - start_minute), -1, dtype=np.int64)
    for index in reversed(_by_precedence(causes)):
        cause = causes[index]
        first, last = minutes_of(cause, end_minute=end_minute)
        found[max(0, first - start_minute) : max(0, last - start_minute)] = index
    return found


def minutes_of(cause: Cause, *, end_minute: int) -> tuple[int, int]:
    """First minute and the one after the last that *cause* touches, at most up to *end_minute*."""
    if cause.end is None:
        first, _ = touched_minutes(Period(cause.start, cause.start))
        return first, max(first, end_minute)
    first, last = touched_minutes(Period(cause.start, max(cause.start, cause.end)))
    return first, min(last, max(first, end_minute))


def private_merged(causes: Iterable[Cause], *, hidden: Iterable[bool]) -> list[Cause]:
    """Causes that the reader may not know of as one nameless line for each kind; their minutes stay theirs."""
    return [
        replace(
            one, key=f"{one.kind}-private", label=f"{one.kind.words} of another team", url="", detail="", behind=None
        )
        if is_hidden
        else one
        for one, is_hidden in zip(causes, hidden, strict=True)
    ]


def with_behind_hidden(cause: Cause) -> Cause:
    """For a reader who may know the cause and not what was changed before it: that there is something, without name."""
    if cause.behind is None:
        return cause
    return replace(cause, behind=replace(cause.behind, label="a change of another team", url="", why=""))


def _by_precedence(causes: Sequence[Cause]) -> list[int]:
    """Indices, the strongest first."""

    def strength(index: int) -> tuple[int, bool, float, str]:
        cause = causes[index]
        return _RANK[cause.kind], not cause.is_declared, -cause.start.timestamp(), cause.key

    return sorted(range(len(causes)), key=strength)
