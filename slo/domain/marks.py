"""What happened while an objective was measured, as its charts show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reliability.kit.periods import Period


class Kind(StrEnum):
    EXPERIMENT = "experiment"
    INCIDENT = "incident"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {Kind.EXPERIMENT: "Experiment: its fault in place", Kind.INCIDENT: "Incident"}


@dataclass(frozen=True, slots=True)
class Mark:
    """[start, end); end None: it goes on. url: of the page that tells more."""

    kind: Kind
    start: datetime
    end: datetime | None
    label: str
    url: str

    def within(self, period: Period) -> Period:
        """As much of it as lies in *period*; what goes on goes to its end."""
        return Period(max(self.start, period.start), min(self.end or period.end, period.end))


def newest(marks: Iterable[Mark], *, limit: int) -> list[Mark]:
    """The last to begin, at most *limit*, the newest first."""
    return sorted(marks, key=lambda mark: (mark.start, mark.kind, mark.url), reverse=True)[:limit]
