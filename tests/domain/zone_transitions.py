"""Every change of offset of every zone, found by asking zoneinfo day by day."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

FIRST = int(datetime(1970, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2038, 1, 1, tzinfo=UTC).timestamp())
_STEP = 6 * 86_400


@cache
def zones_by_behaviour() -> dict[tuple[tuple[int, int, int], ...], str]:
    """One zone for each different history since 1970 (transitions), the alphabetically first of its aliases."""
    found: dict[tuple[tuple[int, int, int], ...], str] = {}
    for name in sorted(available_timezones() - {"localtime", "posixrules", "Factory"}):
        found.setdefault(transitions(name), name)
    return found


@cache
def transitions(name: str) -> tuple[tuple[int, int, int], ...]:
    """(instant, offset before, offset from then on), in epoch seconds and seconds, 1970 to 2037."""
    zone = ZoneInfo(name)

    def offset(instant: int) -> int:
        found = datetime.fromtimestamp(instant, zone).utcoffset()
        assert found is not None
        return int(found.total_seconds())

    def between(early: int, late: int, before: int, after: int) -> list[tuple[int, int, int]]:
        if before == after:
            return []
        if late - early == 1:
            return [(late, before, after)]
        middle = (early + late) // 2
        here = offset(middle)
        return between(early, middle, before, here) + between(middle, late, here, after)

    found = []
    instants = [*range(FIRST, LAST, _STEP), LAST]
    offsets = [offset(instant) for instant in instants]
    for early, late, before, after in zip(instants, instants[1:], offsets, offsets[1:], strict=False):
        found += between(early, late, before, after)
    return tuple(found)
