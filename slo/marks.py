"""Marks on an objective's charts: rooms above tell at start-up what happened meanwhile, as they add panels.

    register_marks("incidents", incident_marks)

`incident_marks(caller=…, slo=…, period=…, limit=…)` returns at most *limit* marks that touch the period, the newest,
and only what *caller* may see; by a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from slo.domain.marks import Mark, newest
from slo.models import Slo

MARKS_MAX = 50


class MarksOf(Protocol):
    def __call__(self, *, caller: Caller, slo: Slo, period: Period, limit: int) -> Sequence[Mark]: ...


@dataclass(frozen=True, slots=True)
class Marks:
    """The newest first. is_cut: there were more than are shown."""

    shown: Sequence[Mark]
    is_cut: bool


_SOURCES: dict[str, MarksOf] = {}


def register_marks(name: str, fn: MarksOf) -> None:
    """Add a source of marks. Raises ValueError when another has its name."""
    if _SOURCES.setdefault(name, fn) is not fn:
        raise ValueError(f"there are marks {name!r} already: choose another name")


def marks_of(*, caller: Caller, slo: Slo, period: Period) -> Marks:
    """What every source tells of *period*, MARKS_MAX in all."""
    if period.is_empty:
        return Marks((), is_cut=False)
    found = [
        mark for fn in _SOURCES.values() for mark in fn(caller=caller, slo=slo, period=period, limit=MARKS_MAX + 1)
    ]
    return Marks(newest(found, limit=MARKS_MAX), is_cut=len(found) > MARKS_MAX)
