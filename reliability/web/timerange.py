"""The period a page looks at, from its address: `?range=7d`, or `?from=…&to=…`, and `?tz=Europe/Berlin`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from reliability.kit.durations import DurationError, humanize_duration, parse_duration
from reliability.kit.instants import InstantError, floor_minute, parse_instant, require_bounded
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from reliability.web.zones import zone_of

PRESETS = ("1h", "6h", "12h", "1d", "3d", "7d", "28d", "30d", "90d")
DEFAULT = "28d"
LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The period of a page, the zone it is told in and the instant it was asked at.

    text: "28d" for a range that ends now, "absolute" for one with fixed ends.
    """

    period: Period
    zone: ZoneInfo
    now: datetime
    text: str

    @property
    def is_absolute(self) -> bool:
        return self.text == "absolute"

    @property
    def label(self) -> str:
        """Words for a heading: "last 28 days", or the two ends in the page's zone."""
        if not self.is_absolute:
            return f"last {humanize_duration(self.period.length)}"
        start, end = self.period.start.astimezone(self.zone), self.period.end.astimezone(self.zone)
        return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} {end.tzname()}"

    @classmethod
    def from_request(cls, request: HttpRequest, *, now: datetime, default: str = DEFAULT) -> TimeRange:
        """The range that the address names, or *default*. Ends are floored to the minute.

        Raises Invalid, naming the parameter, for an unknown zone, a range that is no duration, an instant
        that is none, an end before the start, and more than ten years.
        """
        request.range_default = default  # type: ignore[attr-defined]  # so that the picker shows what the page shows
        zone = zone_of(request)
        start_text, end_text = request.GET.get("from", "").strip(), request.GET.get("to", "").strip()
        if start_text or end_text:
            return cls(_absolute(start_text, end_text, zone=zone, now=now), zone, now, "absolute")
        text = request.GET.get("range", "").strip() or default
        try:
            length = parse_duration(text)
        except DurationError as error:
            raise _invalid("range", str(error)) from error
        end = floor_minute(now)
        return cls(Period(end - length, end), zone, now, text)


def _absolute(start_text: str, end_text: str, *, zone: ZoneInfo, now: datetime) -> Period:
    if not start_text:
        raise _invalid("from", "an end without a start: fill in from, too")
    start = instant_in(start_text, zone=zone, field="from")
    end = instant_in(end_text, zone=zone, field="to") if end_text else now
    start, end = floor_minute(start), floor_minute(end)
    if end <= start:
        raise _invalid("to", f"the range ends ({_show(end, zone)}) before it starts ({_show(start, zone)}): swap them")
    if end - start > LONGEST:
        raise _invalid("from", "the range is longer than ten years: choose a later start")
    return Period(start, end)


def instant_in(text: str, *, zone: ZoneInfo, field: str) -> datetime:
    """An instant in UTC from RFC 3339, epoch seconds, or wall time in *zone* as a form sends it (2026-03-29T02:30).

    A wall time that occurs twice is the first of the two; one that the clock skips is the same length after
    the gap's start (PEP 495, fold=0). Raises Invalid naming *field*, for years before 1970 and after 2999, too.
    """
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        wall = None
    try:
        if wall is not None and wall.tzinfo is None and not text.isdigit():
            return require_bounded(wall.replace(tzinfo=zone))
        return parse_instant(text)
    except (InstantError, OverflowError) as error:
        raise _invalid(field, str(error)) from error


def _show(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(details=[{"field": field, "message": message}])
