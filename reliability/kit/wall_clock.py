"""Clocks on the wall of an IANA zone, in whole seconds: which instant is it when they show a time, and back.

Wall seconds count from 1970-01-01T00:00 on that clock, instants from the Unix epoch. Most days have one offset: that
is remembered per day, so that an answer costs a look into a dictionary instead of a walk through datetime.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400
# No clock of the database was ever further from UTC (Asia/Manila, until 1844: 15 h 56 min).
_FURTHEST_SECONDS = 16 * 3600
_DAYS_REMEMBERED = 8_000
_WALL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  a time on a wall has no zone
_SECOND = timedelta(seconds=1)


def to_wall_seconds(wall: datetime) -> int:
    """A naive local time as wall seconds."""
    return (wall - _WALL_EPOCH) // _SECOND


def from_wall_seconds(seconds: int) -> datetime:
    """Wall seconds as a naive local time."""
    return _WALL_EPOCH + timedelta(seconds=seconds)


class WallClock:
    """The clock of one zone. Ask `wall_clock()` for it: it keeps one of each."""

    __slots__ = ("_by_instant", "_by_wall", "zone")

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._by_wall: dict[int, int | None] = {}
        self._by_instant: dict[int, int | None] = {}

    def instant(self, wall: int) -> int:
        """The first instant at or after the moment the clock shows *wall*.

        Ambiguous (clocks set back): the first of the two. Nonexistent (clocks set forward): the first instant after
        the gap. Source: PEP 495, whose fold=0 is the offset before a transition.
        """
        offset = self.offset_of_day(wall // DAY_SECONDS)
        return wall - offset if offset is not None else self._first_instant(wall)

    def offset_of_day(self, day: int) -> int | None:
        """What the clock is ahead of UTC all through that day on it, midnight at its end included; None when that
        changes. Days count from 1970-01-01."""
        try:
            return self._by_wall[day]
        except KeyError:
            start = day * DAY_SECONDS
            offset = self._steady(start - _FURTHEST_SECONDS, start + DAY_SECONDS + _FURTHEST_SECONDS)
            _remember(self._by_wall, day, offset)
            return offset

    def wall(self, instant: int) -> int:
        """What the clock shows at *instant*."""
        day = instant // DAY_SECONDS
        try:
            offset = self._by_instant[day]
        except KeyError:
            offset = self._steady(day * DAY_SECONDS, (day + 1) * DAY_SECONDS)
            _remember(self._by_instant, day, offset)
        return instant + (self._offset(instant) if offset is None else offset)

    def _steady(self, start: int, end: int) -> int | None:
        """The offset from *start* to *end*, or None when it changes. A test holds for every zone that no change is
        taken back within so short a time."""
        offset = self._offset(start)
        return offset if offset == self._offset(end) else None

    def _offset(self, instant: int) -> int:
        offset = datetime.fromtimestamp(instant, UTC).astimezone(self.zone).utcoffset()
        return (offset or timedelta()) // _SECOND

    def _first_instant(self, wall: int) -> int:
        local = from_wall_seconds(wall)
        before, after = (wall - self._offset_of_wall(local, fold) for fold in (0, 1))
        if before + self._offset(before) == wall:
            return before
        first, last = min(before, after), max(before, after)
        offset = self._offset(first)
        while last - first > 1:  # the transition lies in (first, last], on a whole second
            middle = (first + last) // 2
            if self._offset(middle) == offset:
                first = middle
            else:
                last = middle
        return last

    def _offset_of_wall(self, local: datetime, fold: int) -> int:
        offset = local.replace(tzinfo=self.zone, fold=fold).utcoffset()
        return (offset or timedelta()) // _SECOND


def _remember(days: dict[int, int | None], day: int, offset: int | None) -> None:
    if len(days) >= _DAYS_REMEMBERED:
        days.clear()
    days[day] = offset


@lru_cache(maxsize=1024)
def wall_clock(zone_name: str) -> WallClock:
    """The clock of the zone with this name. Raises ZoneInfoNotFoundError or ValueError for any other text."""
    return WallClock(ZoneInfo(zone_name))
