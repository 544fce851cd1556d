"""Events of an iCalendar file (RFC 5545) as times in a period. What is left out is counted and said.

Repeats are worked out by recurring-ical-events, one event (all components of a UID) after the other, so that a hostile
one costs only itself: `patience` raises TimeoutError in whoever takes too long.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from math import prod
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar
from icalendar.error import BrokenCalendarProperty
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from chaos.schedules.domain.left_out import LeftOut
from reliability.kit.periods import Period
from reliability.kit.wall_clock import to_wall_seconds, wall_clock

TITLE_LENGTH_MAX = 200
NAME_LENGTH_MAX = 120
EVENTS_MAX = 5_000
DEPTH_MAX = 8
# Times of one event within a day; more often is a clock, no freeze.
TIMES_A_DAY_MAX = 24
_SLOW = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_DAY = timedelta(days=1)


class FeedError(ValueError):
    """A file that is no calendar we can read; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read. zone_name: of all-day and floating times when the calendar names no zone of its own."""

    period: Period
    zone_name: str
    takes_free: bool = False
    only_words: str = ""
    entries_max: int = 2_000


@dataclass(frozen=True, slots=True)
class FeedTime:
    """One time of an event. key: 32 hex digits, the same as long as UID and recurrence are."""

    key: str
    title: str
    start: datetime
    end: datetime
    is_all_day: bool


@dataclass(frozen=True, slots=True)
class FeedReading:
    """times: in order. known_until: the end of the period, or earlier when there were too many. remarks: in words."""

    name: str
    zone_name: str
    times: tuple[FeedTime, ...]
    known_until: datetime
    remarks: tuple[str, ...]


def read(
    *, text: str, wanted: Wanted, patience: Callable[[], AbstractContextManager[None]] = nullcontext
) -> FeedReading:
    """Read a calendar. Raises FeedError."""
    _refuse_bombs(text)
    calendars = _calendars(text)
    name = next((str(one["X-WR-CALNAME"]) for one in calendars if one.get("X-WR-CALNAME")), "")
    left_out: Counter[LeftOut] = Counter()
    unknown: set[str] = set()
    found: dict[str, FeedTime] = {}
    zones = [_zone_of(one, wanted.zone_name) for one in calendars]
    for calendar, zone_name in zip(calendars, zones, strict=True):
        for event in _series(calendar, zone_name, left_out, unknown):
            try:
                with patience():
                    times = list(_times(event, zone_name, wanted, left_out))
            except TimeoutError:
                left_out[LeftOut.TOO_LONG_TO_READ] += 1
            except FeedError:
                raise
            except Exception:  # of the libraries, about what somebody else wrote
                left_out[LeftOut.BROKEN] += 1
            else:
                found.update((time.key, time) for time in times)
    return _reading(name, zones, wanted, found.values(), left_out, unknown)


def _reading(
    name: str,
    zones: list[str],
    wanted: Wanted,
    found: Iterable[FeedTime],
    left_out: Counter[LeftOut],
    unknown: set[str],
) -> FeedReading:
    times = sorted(found, key=lambda time: (time.start, time.end, time.key))
    remarks = [why.words(left_out[why]) for why in LeftOut if left_out[why]]
    if unknown:
        names = ", ".join(sorted(unknown)[:3])
        remarks.append(f"zones that nobody knows ({names}): their times are read in {zones[0]}")
    known_until = wanted.period.end
    if len(times) > wanted.entries_max:
        known_until = times[wanted.entries_max].start
        remarks.append(
            f"{len(times):,} times in all: only the first {wanted.entries_max:,} are kept, until {known_until:%Y-%m-%d}"
        )
        times = times[: wanted.entries_max]
    return FeedReading(name[:NAME_LENGTH_MAX], zones[0], tuple(times), known_until, tuple(remarks))


def _refuse_bombs(text: str) -> None:
    """Before a library sees it: what only hostile files are."""
    upper = text.upper()
    if "BEGIN:VCALENDAR" not in upper:
        raise FeedError(
            "this is no iCalendar file: it has no BEGIN:VCALENDAR; use the address that ends in .ics, not the web page"
        )
    count = upper.count("BEGIN:VEVENT")
    if count > EVENTS_MAX:
        raise FeedError(f"the calendar has {count:,} events, more than {EVENTS_MAX:,}: export a smaller one")
    depth = 0
    for line in upper.splitlines():
        if line.startswith("BEGIN:"):
            depth += 1
        elif line.startswith("END:"):
            depth -= 1
        if depth > DEPTH_MAX:
            raise FeedError("the calendar nests its components too deeply: export it again")


def _calendars(text: str) -> list[Calendar]:
    try:
        found = [one for one in Calendar.from_ical(text, multiple=True) if one.name == "VCALENDAR"]
    except Exception as error:  # the library raises many kinds
        raise FeedError(f"this is no iCalendar file that can be read: {str(error)[:200]}") from error
    if not found:
        raise FeedError("this is no iCalendar file: it has no BEGIN:VCALENDAR")
    for calendar in found:
        scale = str(calendar.get("CALSCALE", "GREGORIAN")).upper()
        if scale != "GREGORIAN":
            raise FeedError(f"the calendar counts by {scale[:40]}: only Gregorian calendars are read")
    return found


def _zone_of(calendar: Calendar, otherwise: str) -> str:
    name = str(calendar.get("X-WR-TIMEZONE", "") or calendar.get("TIMEZONE-ID", "")).strip()
    name = WINDOWS_TO_OLSON.get(name, name)
    try:
        wall_clock(name)
    except (ValueError, OSError, LookupError):
        return otherwise
    return name


def _series(calendar: Calendar, zone_name: str, left_out: Counter[LeftOut], unknown: set[str]) -> Iterator[Calendar]:
    """Each event as a calendar of its own, with the changes of single times beside it."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for number, event in enumerate(calendar.walk("VEVENT")):
        groups[str(event.get("UID", f"none-{number}"))].append(event)
    for events in groups.values():
        why = _why_unreadable(events)
        if why is not None:
            left_out[why] += 1
            continue
        unknown.update(chain.from_iterable(_unknown_zones(event) for event in events))
        alone = Calendar()
        if "X-WR-TIMEZONE" in calendar:  # UTC times of such a calendar repeat by its clock
            alone.add("X-WR-TIMEZONE", zone_name)
        for event in events:
            alone.add_component(event)
        yield alone


def _why_unreadable(events: list[Any]) -> LeftOut | None:
    try:
        if any(_repeats_too_often(event) for event in events):
            return LeftOut.TOO_OFTEN
    except BrokenCalendarProperty:
        return LeftOut.BROKEN
    return LeftOut.BROKEN if any("DTSTART" not in event for event in events) else None


def _repeats_too_often(event: Any) -> bool:
    return any(_is_too_often(rule) for name in ("RRULE", "EXRULE") for rule in _listed(event.get(name)))


def _is_too_often(rule: Any) -> bool:
    parts = {str(name).upper(): value for name, value in rule.items()}
    if {str(value).upper() for value in _listed(parts.get("FREQ"))} - _SLOW:
        return True
    times = prod(max(len(_listed(parts.get(name))), 1) for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    return times > TIMES_A_DAY_MAX


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _unknown_zones(event: Any) -> Iterator[str]:
    for name in ("DTSTART", "DTEND"):
        value = event.get(name)
        zone = getattr(value, "params", {}).get("TZID", "")
        moment = getattr(value, "dt", None)
        if zone and isinstance(moment, datetime) and moment.tzinfo is None:
            yield str(zone)[:60]


def _times(event: Calendar, zone_name: str, wanted: Wanted, left_out: Counter[LeftOut]) -> Iterator[FeedTime]:
    around = Period(wanted.period.start - _DAY, wanted.period.end + _DAY)  # all-day events lie elsewhere in UTC
    reasons: Counter[LeftOut] = Counter()
    number = 0
    for one in recurring_ical_events.of(event, skip_bad_series=False).between(around.start, around.end):
        why = _why_not(one, wanted)
        if why is not None:
            reasons[why] += 1
            continue
        begin, finish = one["DTSTART"].dt, one["DTEND"].dt if "DTEND" in one else one["DTSTART"].dt
        time = Period(_instant(begin, zone_name), _instant(finish, zone_name))
        if time.is_empty:
            reasons[LeftOut.NO_LENGTH] += 1
        elif time.start < wanted.period.end and time.end > wanted.period.start:
            yield FeedTime(_key(one), _title(one), time.start, time.end, is_all_day=not isinstance(begin, datetime))
            number += 1
            if number > wanted.entries_max:
                break
    for why in reasons:
        left_out[why] += 1


def _why_not(one: Any, wanted: Wanted) -> LeftOut | None:
    if str(one.get("STATUS", "")).upper() == "CANCELLED":
        return LeftOut.CANCELLED
    is_free = "TRANSPARENT" in str(one.get("TRANSP", "")).upper() or (
        str(one.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE" and "TRANSP" not in one
    )
    if is_free and not wanted.takes_free:
        return LeftOut.FREE
    if wanted.only_words and wanted.only_words.casefold() not in str(one.get("SUMMARY", "")).casefold():
        return LeftOut.OTHER_TITLE
    return None


def _instant(value: date | datetime, zone_name: str) -> datetime:
    """Days begin at midnight, and times without a zone are, on the clock of the calendar's zone."""
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        wall = value
    else:
        wall = datetime(value.year, value.month, value.day)  # noqa: DTZ001  a time on a wall
    return datetime.fromtimestamp(wall_clock(zone_name).instant(to_wall_seconds(wall)), UTC)


def _key(one: Any) -> str:
    recurrence = one["RECURRENCE-ID"].dt if "RECURRENCE-ID" in one else one["DTSTART"].dt
    moment = recurrence.astimezone(ZoneInfo("UTC")) if getattr(recurrence, "tzinfo", None) else recurrence
    named = f"{one.get('UID', one.get('SUMMARY', ''))}\n{moment.isoformat()}"
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def _title(one: Any) -> str:
    words = " ".join(str(one.get("SUMMARY", "")).replace("\0", "").split())
    return words[:TITLE_LENGTH_MAX] or "busy"
