"""Numbers and times as a person reads them. Undefined is said, never shown as zero."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from reliability.kit.durations import humanize_duration

NO_DATA = "no data"
NOTHING = "–"
MINUS = "−"
DECIMALS_MAX = 7

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


def percent_text(percent: Decimal | None) -> str:
    """A percentage with the digits that matter: 99.95 %, 99.999 %, 71.3 %, 0.042 %, −23.4 %.

    Near 100 two digits of what is missing are kept, and only exactly 100 reads 100.
    """
    if percent is None:
        return NO_DATA
    missing = 100 - percent
    if 0 < missing < 10:
        places = _places_for(missing)
        rounded = round_to(percent, places)
        if rounded >= 100:
            rounded = percent.quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR)
    else:
        rounded = round_to(percent, _places_for(abs(percent)) if percent else 0)
    return f"{plain(rounded)} %"


def _places_for(size: Decimal) -> int:
    """Decimal places that keep two significant digits of *size*, at least one and at most DECIMALS_MAX."""
    return max(1, min(DECIMALS_MAX, 1 - size.adjusted()))


def round_to(number: Decimal, places: int) -> Decimal:
    if abs(number) >= Decimal(10) ** 20:
        return number
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def plain(number: Decimal) -> str:
    """Without an exponent or trailing zeros, thousands apart, with a true minus sign."""
    text = f"{number:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in {"-0", ""}:
        text = "0"
    return text.replace("-", MINUS)


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
