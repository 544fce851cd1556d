"""Wall-clock time in IANA zones."""

from __future__ import annotations

import difflib
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from reliability.kit.instants import EPOCH
from slo.domain.window_errors import WindowError

_NAME = re.compile(r"[A-Za-z0-9_+\-]+(?:/[A-Za-z0-9_+\-]+)*\Z")
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises WindowError with the nearest names for any other text."""
    # Names outside the list exist on some systems ("localtime", "posixrules"): they mean another zone on each machine.
    if len(name) <= 64 and _NAME.match(name) and name in _names():
        return ZoneInfo(name)
    raise WindowError("unknown_zone", f"{name[:64]!r} is no IANA time zone{_nearest(name[:64])}")


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


def _nearest(name: str) -> str:
    by_lower = {known.lower(): known for known in _names()}
    wanted = name.strip().lower().replace(" ", "_")
    if wanted in by_lower:
        return f": did you mean {by_lower[wanted]}?"
    cities = {known.rsplit("/", 1)[-1]: full for known, full in sorted(by_lower.items())}
    near = [by_lower[match] for match in difflib.get_close_matches(wanted, by_lower, n=2, cutoff=0.75)]
    near += [cities[match] for match in difflib.get_close_matches(wanted.rsplit("/", 1)[-1], cities, n=2, cutoff=0.8)]
    found = list(dict.fromkeys(near))[:3]
    return f": did you mean {' or '.join(found)}?" if found else ": write one such as Europe/Berlin or UTC"


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at or after the moment the clocks of *zone* show the naive time *wall*, in UTC.

    Ambiguous (clocks set back): the first of the two. Nonexistent (clocks set forward): the first instant after
    the gap. Source: PEP 495, whose fold=0 is the offset before a transition.
    """
    before = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if before.astimezone(zone).replace(tzinfo=None) == wall:
        return before
    after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _transition_between(min(before, after), max(before, after), zone)


def _transition_between(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The instant in (early, late] at which the offset of *zone* changes; transitions fall on whole seconds."""
    offset = early.astimezone(zone).utcoffset()
    first, last = (early - EPOCH) // _SECOND, (late - EPOCH) // _SECOND
    while last - first > 1:
        middle = (first + last) // 2
        if (EPOCH + middle * _SECOND).astimezone(zone).utcoffset() == offset:
            first = middle
        else:
            last = middle
    return EPOCH + last * _SECOND
