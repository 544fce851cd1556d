"""Rows of counts that programs push: bytes in, columns and per-row refusals out. Nothing here stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from reliability.kit.counting import COUNT_MAX
from reliability.kit.instants import InstantError, parse_instant

NAME_MAX = 63
_FIELDS = frozenset(("sli", "start", "good", "bad", "valid"))
_MINUTE_SECONDS = 60


class Wire(StrEnum):
    """How rows are written."""

    JSON = "json"  # one list of objects
    NDJSON = "ndjson"  # one object per line; empty lines count as no row


class PushedBodyError(ValueError):
    """A body that holds no rows at all; the message says what to send."""


class TooManyRowsError(ValueError):
    """More rows than one request may carry."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row was refused. index counts the rows of the body from 0."""

    index: int
    reason: str
    message: str

    def as_detail(self) -> dict[str, Any]:
        return {"index": self.index, "reason": self.reason, "message": self.message}


@dataclass(frozen=True, slots=True, eq=False)
class PushedRows:
    """The readable rows as columns of one length. `names[codes[i]]` is the SLI of row `indexes[i]` of the body.

    minutes: epoch minutes. good, valid: finite, 0 ≤ good ≤ valid.
    """

    names: list[str]
    codes: NDArray[np.int64]
    indexes: NDArray[np.int64]
    minutes: NDArray[np.int64]
    good: NDArray[np.float64]
    valid: NDArray[np.float64]
    errors: list[RowError] = field(default_factory=list)
    total: int = 0


class _RowRefusedError(Exception):
    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def parse_pushed(
    body: bytes, *, wire: Wire, rows_max: int, needs_whole_minutes: bool, count_max: int = COUNT_MAX
) -> PushedRows:
    """Read `{"sli", "start", "good", "valid"}` rows, `bad` standing in for either of the counts.

    needs_whole_minutes: refuse a start within a minute (rows that replace); otherwise the row counts in the minute
    that holds its start. count_max: the most events of one row.
    Raises PushedBodyError for what is no list of rows, TooManyRowsError beyond *rows_max*.
    """
    reader = _Reader(needs_whole_minutes, count_max)
    rows = _json_rows(body) if wire is Wire.JSON else _ndjson_rows(body)
    total = 0
    for index, row in enumerate(rows):
        if index >= rows_max:
            raise TooManyRowsError(f"more than {rows_max:,} rows: send them in several requests")
        reader.read(index, row)
        total = index + 1
    return reader.finish(total)


def _json_rows(body: bytes) -> Iterable[Any]:
    try:
        rows = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PushedBodyError(f"the body is not valid JSON: {error}") from error
    if not isinstance(rows, list):
        raise PushedBodyError(
            'the body must be a list of rows: [{"sli": …, "start": …, "good": …, "valid": …}]; '
            "for one row per line send Content-Type: application/x-ndjson"
        )
    return rows


def _ndjson_rows(body: bytes) -> Iterator[Any]:
    """Lines parsed one by one; a line that is no JSON comes out as its error."""
    for line in body.split(b"\n"):
        if not line or line.isspace():
            continue
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield _RowRefusedError("malformed", f"the line is not valid JSON: {error}")


class _Reader:
    """Collects rows into columns. Starts repeat much (a minute of many SLIs), so their minutes are remembered."""

    def __init__(self, needs_whole_minutes: bool, count_max: int) -> None:
        self.needs_whole_minutes = needs_whole_minutes
        self.count_max = count_max
        self.code_of: dict[str, int] = {}
        self.minute_of: dict[Any, int] = {}
        self.codes: list[int] = []
        self.indexes: list[int] = []
        self.minutes: list[int] = []
        self.good: list[float] = []
        self.valid: list[float] = []
        self.errors: list[RowError] = []

    def read(self, index: int, row: Any) -> None:
        try:
            if type(row) is not dict:
                raise row if isinstance(row, _RowRefusedError) else _not_an_object(row)
            good, valid = _counts_of(row, self.count_max)
            name = _name_of(row)
            minute = self._minute(row)
        except _RowRefusedError as error:
            self.errors.append(RowError(index, error.reason, str(error)))
            return
        self.codes.append(self.code_of.setdefault(name, len(self.code_of)))
        self.indexes.append(index)
        self.minutes.append(minute)
        self.good.append(good)
        self.valid.append(valid)

    def _minute(self, row: dict[str, Any]) -> int:
        start = row.get("start")
        if type(start) is bool or not isinstance(start, str | int | float):
            raise _RowRefusedError(
                "invalid_start", "start must be RFC 3339 such as 2026-03-01T12:00:00Z, or seconds since the epoch"
            )
        minute = self.minute_of.get(start)
        if minute is None:
            minute = self.minute_of[start] = self._parse_minute(start)
        return minute

    def _parse_minute(self, start: str | int | float) -> int:
        try:
            seconds = parse_instant(start).timestamp()
        except InstantError as error:
            raise _RowRefusedError("invalid_start", str(error)) from error
        minute, rest = divmod(seconds, _MINUTE_SECONDS)
        if rest and self.needs_whole_minutes:
            raise _RowRefusedError(
                "not_a_whole_minute",
                f"start must be a whole minute in mode=replace, got {start!r}: cut the seconds off",
            )
        return int(minute)

    def finish(self, total: int) -> PushedRows:
        return PushedRows(
            names=list(self.code_of),
            codes=np.array(self.codes, dtype=np.int64),
            indexes=np.array(self.indexes, dtype=np.int64),
            minutes=np.array(self.minutes, dtype=np.int64),
            good=np.array(self.good, dtype=np.float64),
            valid=np.array(self.valid, dtype=np.float64),
            errors=self.errors,
            total=total,
        )


def _not_an_object(row: Any) -> _RowRefusedError:
    return _RowRefusedError(
        "not_an_object", f"a row is an object with sli, start, good and valid, got {type(row).__name__}"
    )


def _name_of(row: dict[str, Any]) -> str:
    name = row.get("sli")
    if not isinstance(name, str) or not name:
        raise _RowRefusedError("missing_field", "sli is required: write the name of the SLI")
    if len(name) > NAME_MAX or "\x00" in name:
        raise _RowRefusedError("invalid_name", f"{_short(name)} is no name of an SLI: at most {NAME_MAX} characters")
    return name


def _counts_of(row: dict[str, Any], most: int) -> tuple[float, float]:
    """good and valid, one of them computed when the row has bad."""
    good, bad, valid = row.get("good"), row.get("bad"), row.get("valid")
    if len(row) != 4 or not row.keys() <= _FIELDS:
        _refuse_fields(row)
    if bad is None:
        return _checked(_count("good", good, most), _count("valid", valid, most))
    if good is None:
        whole = _count("valid", valid, most)
        part = _count("bad", bad, most)
        if part > whole:
            raise _RowRefusedError("bad_exceeds_valid", f"bad ({part:g}) is more than valid ({whole:g})")
        return whole - part, whole
    part = _count("good", good, most)
    return part, _count("good + bad", part + _count("bad", bad, most), most)


def _checked(good: float, valid: float) -> tuple[float, float]:
    if good > valid:
        raise _RowRefusedError("good_exceeds_valid", f"good ({good:g}) is more than valid ({valid:g})")
    return good, valid


def _count(name: str, value: Any, most: int) -> float:
    if type(value) is not int and type(value) is not float:
        reason = "missing_field" if value is None else "invalid_count"
        raise _RowRefusedError(reason, f"{name} must be a number, got {_short(value)}")
    if not 0 <= value <= most:
        raise _RowRefusedError(
            "invalid_count",
            f"{name} must be 0 to {most:,}, got {value:g}: send what was counted in that minute, not since the start",
        )
    return float(value)


def _refuse_fields(row: dict[str, Any]) -> None:
    """Say what is missing or too much; returns when null stands for a field that is not there."""
    unknown = sorted(row.keys() - _FIELDS)
    if unknown:
        raise _RowRefusedError(
            "unknown_field", f"{_short(unknown[0])} is no field of a row: sli, start, good, bad, valid"
        )
    missing = [name for name in ("sli", "start") if row.get(name) is None]
    if missing:
        raise _RowRefusedError("missing_field", f"{missing[0]} is required: add it")
    given = [name for name in ("good", "bad", "valid") if row.get(name) is not None]
    if len(given) != 2:
        raise _RowRefusedError(
            "missing_field", f"give exactly two of good, bad and valid, got {', '.join(given) or 'none'}"
        )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
