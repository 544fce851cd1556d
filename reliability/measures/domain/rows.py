"""One figure as it is told: `{"service", "measure", "start", "end", "value", "unit"}`. Decimals, never floats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from reliability.kit.instants import InstantError, parse_instant
from reliability.kit.periods import Period
from reliability.measures.domain.currencies import CURRENCIES

COST = "cost"
TRANSACTIONS = "transactions"
# What the product counts itself; nobody may tell figures of these names.
COUNTED = frozenset({"deployments", "incidents", "pages", "oncall_weeks"})
NAME_MAX = 63
UNIT_MAX = 20
TEXT_MAX = 63
PLACES = 6
DIGITS_MAX = 15  # SQLite keeps decimals as doubles: of more digits some would be others when they are read
VALUE_MAX = Decimal(10) ** 15
LENGTH_MAX = timedelta(days=366)
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*\Z")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # no database takes NUL, nor half of a surrogate pair
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_FIELDS = frozenset({"service", "measure", "start", "end", "value", "unit"})


class UnreadableRowError(ValueError):
    """A row that is none. reason: for programs."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Told:
    """value: at least 0, of the whole period. unit: a currency for cost, blank for transactions."""

    service: str
    measure: str
    period: Period
    value: Decimal
    unit: str


def read_row(row: Any, *, now: datetime) -> Told:
    """Raises UnreadableRowError that says what to change."""
    if isinstance(row, UnreadableRowError):
        raise row
    if not isinstance(row, Mapping):
        raise UnreadableRowError("malformed", 'a row is an object: {"service": …, "measure": …, "start": …, …}')
    if unknown := sorted(set(row) - _FIELDS):
        raise UnreadableRowError("unknown_field", f"there is no field {unknown[0][:TEXT_MAX]!r}: take it away")
    measure = measure_name(_text(row, "measure"))
    if measure in COUNTED:
        raise UnreadableRowError("counted", f"{measure} are counted here, nobody tells them: use another name")
    return Told(
        service=_text(row, "service"),
        measure=measure,
        period=_period(row, now),
        value=_value(row.get("value")),
        unit=_unit(measure, row.get("unit")),
    )


def measure_name(text: str) -> str:
    """Raises UnreadableRowError for what is no name of a measure."""
    if len(text) > NAME_MAX or not _NAME.match(text):
        words = f"measure {text[:NAME_MAX]!r} is no name: use lower-case letters, digits and _, such as page_views"
        raise UnreadableRowError("bad_measure", words)
    return text


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_MAX or _UNSTORABLE.search(value):
        raise UnreadableRowError("malformed", f"{name} is a text of 1 to {TEXT_MAX} characters")
    return value.strip()


def _period(row: Mapping[str, Any], now: datetime) -> Period:
    start, end = _instant(row, "start"), _instant(row, "end")
    if end <= start:
        raise UnreadableRowError("bad_period", "end must be later than start: the end itself does not belong to it")
    if end - start > LENGTH_MAX:
        raise UnreadableRowError("bad_period", f"the period is longer than {LENGTH_MAX.days} days: send shorter ones")
    if start > now:
        raise UnreadableRowError("too_new", "start is in the future: send a figure when its period has begun")
    return Period(start, end)


def _instant(row: Mapping[str, Any], name: str) -> datetime:
    """A day is its midnight in UTC."""
    value = row.get(name)
    try:
        if isinstance(value, str) and _DAY.match(value):
            day = date.fromisoformat(value)
            return parse_instant(datetime(day.year, day.month, day.day, tzinfo=UTC).isoformat())
        if isinstance(value, str):
            return parse_instant(value)
    except (InstantError, ValueError) as error:
        raise UnreadableRowError("bad_instant", f"{name}: {error}") from error
    raise UnreadableRowError("bad_instant", f"{name} is a day (2026-03-01) or RFC 3339 (2026-03-01T12:00:00Z)")


def _value(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise UnreadableRowError("bad_value", 'value is a number, or a text such as "12.50"')
    if isinstance(value, str) and not _NUMBER.match(value):
        hint = ": with a point, and nothing between thousands" if "," in value else ""
        raise UnreadableRowError("bad_value", f'value is a number, or a text such as "12.50"{hint}')
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except (InvalidOperation, ValueError) as error:
        raise UnreadableRowError("bad_value", 'value is a number, or a text such as "12.50"') from error
    if not number.is_finite():
        raise UnreadableRowError("bad_value", "value is not a number: leave the row out when nothing is known")
    if number < 0:
        raise UnreadableRowError("negative", "value is negative: send what remains, refunds already taken off")
    if number > VALUE_MAX:
        raise UnreadableRowError("too_large", f"value is larger than {VALUE_MAX:,}: use a larger unit")
    places, digits = _size(number)
    if places > PLACES:
        raise UnreadableRowError("too_fine", f"value has more than {PLACES} decimals: round it as you see fit")
    if digits > DIGITS_MAX:
        raise UnreadableRowError("too_fine", f"value has more than {DIGITS_MAX} digits: round it as you see fit")
    return number.quantize(Decimal(1).scaleb(-PLACES)) if number else Decimal(0)


def _size(number: Decimal) -> tuple[int, int]:
    """Decimals, and digits, without zeros at the end. Not by normalize(): that rounds to 28 digits first."""
    _, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits))
    kept = text.rstrip("0")
    return -(int(exponent) + len(text) - len(kept)), len(kept.lstrip("0"))


def _unit(measure: str, value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise UnreadableRowError("bad_unit", "unit is a text")
    unit = (value or "").strip()
    if measure == COST and unit not in CURRENCIES:
        words = f"cost needs its currency as unit, by the letters of ISO 4217 such as EUR; got {unit[:UNIT_MAX]!r}"
        raise UnreadableRowError("bad_currency", words)
    if measure == TRANSACTIONS and unit:
        raise UnreadableRowError("bad_unit", "transactions have no unit: leave it out")
    if len(unit) > UNIT_MAX or _UNSTORABLE.search(unit):
        raise UnreadableRowError("bad_unit", f"unit is at most {UNIT_MAX} characters")
    return unit
