"""What a timeline shows: points and stretches of time, each with its words and its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reliability.kit.periods import Period


class Shape(StrEnum):
    """How an item is drawn. FLAG: an instant. The others are stretches, told apart by their filling."""

    FLAG = "flag"
    BAND = "band"
    HATCHED = "hatched"
    STRONG = "strong"  # a band as opaque as the item is strong


class Look(StrEnum):
    """What sets an item apart within its track: always a mark of its own, never the colour alone."""

    GOOD = "good"
    BAD = "bad"
    BACK = "back"
    OPEN = "open"
    STOPPED = "stopped"
    PLAIN = "plain"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Named:
    """A service that the reader may know of."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Item:
    """[start, end); end None: it goes on. Of a flag both are the same instant.

    key: unique on its track. url: of the page that tells more, of this product, or of the
    sender of a change; blank: there is none. state: its words
    ("failed"). strength: of a burn, in multiples of what the budget allows; None elsewhere. detail: more in words.
    """

    key: str
    start: datetime
    end: datetime | None
    label: str
    url: str
    state: str
    look: Look = Look.PLAIN
    services: tuple[Named, ...] = ()
    strength: float | None = None
    detail: str = ""

    @property
    def goes_on(self) -> bool:
        return self.end is None

    def within(self, period: Period) -> Period | None:
        """As much of it as lies in *period*; None: nothing. What goes on goes to its end, a flag has no length."""
        start, end = max(self.start, period.start), min(self.end or period.end, period.end)
        if self.start == self.end:
            return Period(start, end) if period.contains(self.start) else None
        return Period(start, end) if start < end else None


def touching(items: Iterable[Item], *, period: Period) -> list[Item]:
    """Those with a part in *period*, the newest first."""
    found = [item for item in items if item.within(period) is not None]
    return sorted(found, key=lambda item: (item.start, item.key), reverse=True)


@dataclass(frozen=True, slots=True)
class Bounded:
    """The newest of a track. is_cut: there were more."""

    shown: Sequence[Item]
    is_cut: bool


def bounded(items: Iterable[Item], *, period: Period, limit: int) -> Bounded:
    """At most *limit* of those that touch *period*, the newest first."""
    found = touching(items, period=period)
    return Bounded(found[:limit], is_cut=len(found) > limit)
