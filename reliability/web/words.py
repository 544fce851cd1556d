"""Numbers and times as a person reads them. Undefined is said, never shown as zero."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

from reliability.kit.durations import humanize_duration
from reliability.kit.percent import DECIMALS_MAX, MINUS, NO_DATA, percent_text, plain, round_to

__all__ = [
    "MINUS", "NOTHING", "NO_DATA", "absolute_text", "counted_noun", "decimal_of", "duration_text", "number_text",
    "percent_text", "plain", "relative_text", "round_to",
]  # fmt: skip

NOTHING = "–"

Number = int | float | Decimal


def decimal_of(value: object) -> Decimal | None:
    """The finite number in *value*, or None for None, NaN, infinities, truth values and text that is no number."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def number_text(value: object, places: int | None = None) -> str:
    """A count or a rate: 1,234,567 · 14.4 · 0.0021. Without *places* three significant digits below 1,000."""
    number = decimal_of(value)
    if number is None:
        return NOTHING
    if number == 0:
        return "0"
    if places is None:
        places = 0 if abs(number) >= 1000 else max(0, min(DECIMALS_MAX, 2 - number.adjusted()))
    return plain(round_to(number, places))


_ONE_OF = {"people": "person", "pieces of evidence": "piece of evidence"}


def counted_noun(noun: str, count: int) -> str:
    """The plural *noun*, as one says it of so many: policies, but 1 policy."""
    if count != 1:
        return noun
    if noun in _ONE_OF or not noun.endswith("s"):
        return _ONE_OF.get(noun, noun)
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun[:-1]


def duration_text(value: object) -> str:
    """A timedelta or a number of seconds in words: 28 days, 4 h 12 min, 45 s."""
    if isinstance(value, timedelta):
        return humanize_duration(value)
    seconds = decimal_of(value)
    if seconds is None:
        return NOTHING
    try:
        return humanize_duration(timedelta(seconds=float(seconds)))
    except OverflowError:
        return "over a million years"


def relative_text(instant: datetime, *, now: datetime) -> str:
    """How long ago or ahead, in one unit: 3 min ago, in 2 days, just now."""
    seconds = (instant - now).total_seconds()
    if abs(seconds) < 5:
        return "just now"
    distance = _one_unit(abs(seconds))
    return f"in {distance}" if seconds > 0 else f"{distance} ago"


def _one_unit(seconds: float) -> str:
    for one, many, size in (("year", "years", 31_557_600), ("month", "months", 2_629_800), ("day", "days", 86_400)):
        if seconds >= size * (2 if size == 2_629_800 else 1):
            count = int(seconds // size)
            return f"{count} {one if count == 1 else many}"
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def absolute_text(instant: datetime) -> str:
    """Date, time to the second and zone, in the zone the instant carries: 2026-03-01 13:03:10 CET."""
    return f"{instant:%Y-%m-%d %H:%M:%S} {instant.tzname()}"
