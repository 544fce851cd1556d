"""Dates and times as people write them: "2024-03-04 10:04 UTC", "March 4th, 2024, 2 PM PST", "4 Mar 2024 10:04–10:41".

An instant needs a date; a clock time alone takes the day it is given. Without a zone it is read in `zone`, else UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTH_OF = {name: number for number, name in enumerate(_MONTHS.split(), start=1)}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"\b(?P<y1>{_YEAR})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})(?!\d)"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -](?P<m2>{_MONTH})[ ,-]{{1,2}}(?P<y2>{_YEAR})\b"
    rf"|\b(?P<m3>{_MONTH}) (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?: ?[–—-] ?\d{{1,2}})?,? (?P<y3>{_YEAR})\b"
    rf"|\b(?P<a4>\d{{1,2}})(?P<s4>[/.])(?P<b4>\d{{1,2}})[/.](?P<y4>{_YEAR})\b"
    rf"|\b(?P<y5>20\d\d)(?P<m5>0[1-9]|1[0-2])(?P<d5>[0-2]\d|3[01])(?=T\d|\b(?!-?\d))"
    rf"|\b(?P<m6>{_MONTH}) (?P<d6>\d{{1,2}})(?:st|nd|rd|th)?\b(?! ?:\d)(?!\d)"
    rf"|\b(?P<d7>\d{{1,2}})(?:st|nd|rd|th)? (?P<m7>{_MONTH})(?![\w])",
    re.IGNORECASE,
)
_ZONE_NAMES: dict[str, float] = {
    "utc": 0, "gmt": 0, "z": 0, "zulu": 0, "pst": -8, "pdt": -7, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
    "mdt": -6, "pt": -8, "et": -5, "ct": -6, "cet": 1, "cest": 2, "bst": 1, "wet": 0, "west": 1, "eet": 2, "eest": 3,
    "msk": 3, "ist": 5.5, "sgt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "brt": -3,
}  # fmt: skip
_ZONE_WORD = (
    r"(?:utc|gmt)? ?[+−-]\d{1,2}(?::?\d\d)?(?!\d)|utc|gmt|zulu|z|p[sd]t|e[sd]t|c[sd]t|m[sd]t|pt|et|ct|cest|cet|bst|"
    r"west|wet|eest|eet|msk|ist|sgt|jst|kst|ae[sd]t|nz[sd]t|brt"
)
_CLOCK = re.compile(
    r"(?<![\d.:/-])(?P<hour>[01]?\d|2[0-4])(?:[:h](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?)?"
    r"(?: ?(?P<half>[ap]\.?m\b\.?))?(?![\d%])"
    rf"(?: ?[(\[]?(?P<zone>{_ZONE_WORD})\b[)\]]?)?",
    re.IGNORECASE,
)
_ZONE_SAID = re.compile(
    r"(?:\b(?:times?|timestamps?|timezone|zone|all|in)|\()[\s:*,(]{0,3}(?:(?:are|is|in|shown|given|times) ){0,3}"
    rf"(?P<zone>{_ZONE_WORD})(?!\w)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:–|—|-|−|to|until|till|through|and|→|~)\s*", re.IGNORECASE)
_SPAN = re.compile(
    r"(?P<count>\d{1,4}(?:[.,]\d{1,2})?)\s?-?(?P<unit>days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])",
    re.IGNORECASE,
)
_UNIT_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


@dataclass(frozen=True, slots=True)
class Moment:
    """text: what was read, start and end: where in its text. has_clock: else only the day is known, at midnight.

    has_day: else the day was that of its surroundings. is_ambiguous: 03/04/2024 was read as the 4th of March.
    """

    text: str
    at: datetime
    has_clock: bool
    has_day: bool
    has_zone: bool
    is_ambiguous: bool
    start: int
    end: int
    offset: timedelta = timedelta(0)


def zone_of(text: str) -> tzinfo | None:
    """The zone that a heading or a line says its times are in."""
    found = _ZONE_SAID.search(text[:300])
    return _zone(found["zone"]) if found else None


def moments(text: str, *, day: date | None = None, zone: tzinfo = UTC, limit: int = 8) -> list[Moment]:
    """Every instant in the text, in order. day: of clock times without one, moved on by each date that is read."""
    found: list[Moment] = []
    at = 0
    while len(found) < limit:
        one = _next(text, at, day, zone)
        if one is None:
            break
        found.append(one)
        day, at = one.at.astimezone(zone).date() if not one.has_zone else _day_of(one), one.end
    return _with_shared_zone(text, found)


def duration_of(text: str) -> timedelta | None:
    """`1 hour 12 minutes`, `72m`, `2h 5min`; None when it says nothing of that kind."""
    parts = list(_SPAN.finditer(text))[:4]
    seconds = sum(float(one["count"].replace(",", ".")) * _UNIT_SECONDS[one["unit"][0].lower()] for one in parts)
    return timedelta(seconds=seconds) if 0 < seconds < 366 * 86400 else None


def _next(text: str, at: int, day: date | None, zone: tzinfo) -> Moment | None:
    """A date with the clock behind (or just before) it, or a clock of the known day: whichever comes first."""
    dated, read, ambiguous = _next_date(text, at, day)
    clock = _next_clock(text, at, dated)
    if dated is not None and read is not None:
        behind = _clock_at(text, dated.end())
        if behind is not None:
            return _moment(text, dated.start(), behind.end(), read, behind, zone, ambiguous, has_day=True)
        if (
            clock is not None
            and clock.end() <= dated.start()
            and re.fullmatch(
                r"[\s,]{0,3}(?:on |am )?(?:\w{3,9}day,? )?", text[clock.end() : dated.start()], re.IGNORECASE
            )
        ):
            return _moment(text, clock.start(), dated.end(), read, clock, zone, ambiguous, has_day=True)
        if clock is None or day is None or clock.start() > dated.start():
            return _moment(text, dated.start(), dated.end(), read, None, zone, ambiguous, has_day=True)
    if clock is not None and day is not None:
        return _moment(text, clock.start(), clock.end(), day, clock, zone, False, has_day=False)
    return None


def _next_date(text: str, at: int, day: date | None) -> tuple[re.Match[str] | None, date | None, bool]:
    for found in _DATE.finditer(text, at):
        read, ambiguous = _date_of(found, day)
        if read is not None:
            return found, read, ambiguous
    return None, None, False


def _next_clock(text: str, at: int, dated: re.Match[str] | None) -> re.Match[str] | None:
    end = dated.start() if dated is not None else len(text)
    for found in _CLOCK.finditer(text, at, end):
        if found["minute"] or found["half"]:
            return found
    return None


def _clock_at(text: str, at: int) -> re.Match[str] | None:
    gap = re.compile(r"(?:T|[\s,]{0,3}(?:at |@ ?|um |from |between |\()?[\s]?|[\s]?[-–—|:]\s?)", re.IGNORECASE).match(
        text, at
    )
    for start in {gap.end() if gap else at, at}:
        found = _CLOCK.match(text, start)
        if found and (found["minute"] or found["half"]):
            return found
    return None


def _date_of(found: re.Match[str], day: date | None) -> tuple[date | None, bool]:
    group = found.groupdict()
    for index in "123567":
        if group.get(f"d{index}"):
            year = int(group.get(f"y{index}") or (day.year if day else 0))
            month = group[f"m{index}"]
            return _made(
                year, int(month) if month.isdigit() else _MONTH_OF[month[:3].lower()], int(group[f"d{index}"])
            ), False
    first, second, year = int(group["a4"]), int(group["b4"]), int(group["y4"])
    if group["s4"] == "." or first > 12:
        return _made(year, second, first), False
    return _made(year, first, second), second <= 12 and first != second


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _moment(
    text: str,
    start: int,
    end: int,
    day: date,
    clock: re.Match[str] | None,
    zone: tzinfo,
    ambiguous: bool,
    *,
    has_day: bool,
) -> Moment:
    own = _zone(clock["zone"]) if clock is not None and clock["zone"] else None
    hour, minute, second = _wall(clock)
    wall = datetime(day.year, day.month, day.day, tzinfo=own or zone) + timedelta(
        hours=hour, minutes=minute, seconds=second
    )
    return Moment(
        text[start:end],
        wall.astimezone(UTC),
        clock is not None,
        has_day,
        own is not None,
        ambiguous,
        start,
        end,
        wall.utcoffset() or timedelta(0),
    )


def _wall(clock: re.Match[str] | None) -> tuple[int, int, int]:
    if clock is None:
        return 0, 0, 0
    hour = int(clock["hour"])
    half = (clock["half"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return hour, int(clock["minute"] or 0), int(clock["second"] or 0)


def _zone(word: str) -> tzinfo | None:
    plain = word.strip().lower().replace("−", "-")
    offset = re.fullmatch(r"(?:utc|gmt)? ?([+-])(\d{1,2})(?::?(\d\d))?", plain)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes > 14 * 60:
            return None
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
    hours = _ZONE_NAMES.get(plain)
    return None if hours is None else timezone(timedelta(hours=hours)) if hours else UTC


def _day_of(one: Moment) -> date:
    """As written: the day in the text, whatever zone moved it."""
    read = _DATE.search(one.text)
    written = _date_of(read, one.at.date())[0] if read else None
    return written or one.at.date()


def _with_shared_zone(text: str, found: list[Moment]) -> list[Moment]:
    """In "10:04 – 10:41 CET" the zone is that of both."""
    for index, (one, following) in enumerate(pairwise(found)):
        if following.has_zone and not one.has_zone and _BETWEEN.fullmatch(text, one.end, following.start):
            found[index] = replace(
                one, at=one.at + one.offset - following.offset, offset=following.offset, has_zone=True
            )
    return found
