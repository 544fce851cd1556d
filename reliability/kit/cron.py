"""Cron expressions on the clocks of a zone: five fields.

Over changes of the clocks a time of day is met once: one that is skipped at the first instant after the gap, one that
is repeated at its first. What runs by the hour or by the minute (`*` in front of either) goes on with real time, as in
Debian's cron. Source: https://github.com/cuu508/cronsim, which healthchecks.io uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

EXPRESSION_LENGTH_MAX = 100
# An expression has to come at least this often: 29 February does, also over 2100.
_GAP_MAX = timedelta(days=366 * 8 + 2)
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_FIELDS = ("minute", "hour", "day-of-month", "month", "day-of-week")
_WRITE = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day-of-month": "1 to 31, or L for the last",
    "month": "1 to 12, or JAN to DEC, and one that has such a day",
    "day-of-week": "0 to 7 (0 and 7 are Sunday), SUN to SAT, 5L for the last Friday or MON#1 for the first Monday",
}
_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


@dataclass(frozen=True, slots=True)
class CronTimes:
    """Each time of the expression, five fields; build it from what `expression_mistake` finds nothing in."""

    expression: str
    zone_name: str

    def next_after(self, instant: datetime) -> datetime:
        """The first of its times later than *instant*, in UTC. Raises ValueError when it never comes again."""
        zone = ZoneInfo(self.zone_name)
        if any(field.startswith("*") for field in self.expression.split()[:2]):
            return self._by_real_time(instant, zone)
        for tick in CronSim(self.expression, instant.astimezone(zone)):
            # Within an hour that is repeated the first meaning of a time may lie behind us.
            if (found := tick.astimezone(UTC)) > instant:
                return found
        raise ValueError(f"{self.expression!r} never comes after {instant.isoformat()}")

    def _by_real_time(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """Each minute that passes is compared with what the clock shows, from one change of the clock to the next.

        CronSim alone passes over minutes where clocks change by half an hour.
        """
        start, offset = instant, _offset(instant, zone)
        after = start
        while True:
            tick = next(CronSim(self.expression, (after + offset).replace(tzinfo=None)), None)
            if tick is None:
                raise ValueError(f"{self.expression!r} never comes after {instant.isoformat()}")
            found = tick.replace(tzinfo=UTC) - offset
            change = _next_change(start, found, zone)
            if change is None:
                return found
            start, offset = change, _offset(change, zone)
            after = change - _SECOND  # what is due right at the change is not passed over

    @property
    def words(self) -> str:
        return f"{self.expression}, {self.zone_name}"


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _next_change(after: datetime, until: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant in (after, until] at which the clock of the zone is set, in whole seconds."""
    offset, first = _offset(after, zone), after.replace(microsecond=0)
    while first < until:
        last = min(first + _DAY, until)
        if _offset(last, zone) == offset:
            first = last
            continue
        while last - first > _SECOND:
            middle = first + ((last - first) // 2 // _SECOND) * _SECOND
            first, last = (middle, last) if _offset(middle, zone) == offset else (first, middle)
        return last
    return None


def local_words(instant: datetime, *, zone_name: str) -> str:
    """`Sun 2026-03-29 03:00 CEST` on the clocks of the zone."""
    return f"{instant.astimezone(ZoneInfo(zone_name)):%a %Y-%m-%d %H:%M %Z}"


def explained(expression: str) -> str:
    """The expression as people say it: `At 03:05 every day`. Raises CronSimError for one with mistakes."""
    return CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC)).explain()


def normalized(expression: str) -> str:
    """With single spaces, and the five fields that a name such as @daily stands for."""
    text = " ".join(expression.split())
    return _NAMED.get(text.lower(), text)


def expression_mistake(expression: str, *, now: datetime) -> str:
    """What to change in a normalized expression, blank when it is right."""
    fields = expression.split()
    if expression.startswith("@"):
        return f"{expression} is not known: write one of {', '.join(_NAMED)}, or five fields such as 5 3 * * *"
    if len(expression) > EXPRESSION_LENGTH_MAX:
        return f"a cron expression has at most {EXPRESSION_LENGTH_MAX} characters"
    if len(fields) != len(_FIELDS):
        return (
            "write five fields with spaces between them: minute, hour, day of month, month, day of week, such as"
            f" 5 3 * * * for 03:05 every day; this has {len(fields)}"
        )
    try:
        first = next(CronSim(expression, now), None)
    except CronSimError as error:
        return _field_mistake(str(error).removeprefix("Bad "), fields)
    if first is None or first - now > _GAP_MAX:
        return "this time comes less than once in eight years: choose other days, months or weekdays"
    return ""


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_mistake(name: str) -> str:
    """What to change, blank when it is right."""
    if name in _zone_names():
        return ""
    return f"there is no time zone {name!r}: write a name such as Europe/Berlin or UTC"


def _field_mistake(name: str, fields: list[str]) -> str:
    written = fields[_FIELDS.index(name)] if name in _FIELDS else ""
    allowed = _WRITE.get(name, "")
    return (
        f"{name.replace('-', ' ')}: {written!r} cannot be read or never comes: write {allowed}; * for every one,"
        " lists 1,5, ranges 1-5 and steps */10"
    )
