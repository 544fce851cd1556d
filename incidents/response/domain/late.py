"""Reading events that are told late: JSON or CSV of (at, text), or lines that begin with an instant."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reliability.kit.instants import InstantError, parse_instant, require_bounded

# 2026-03-01T12:00:00Z, 2026-03-01 12:00 +02:00, 2026-03-01 12:00 UTC at the beginning of a line, and what separates.
_LINE = re.compile(
    r"^\W{0,3}(?P<at>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?)"
    r"\s?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?[\s,;|–—:\])-]+(?P<text>\S.*)$",
    re.IGNORECASE,
)
# A list of objects, or an object: a line may begin with a bracket around its instant.
_JSON = re.compile(r"\{|\[\s*[{\]]")


@dataclass(frozen=True, slots=True)
class LateEvent:
    at: datetime
    text: str


class LateError(ValueError):
    """What cannot be read: details are [{"index": row from 0, "message": …}]."""

    def __init__(self, details: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(str(details[0]["message"]))
        self.details = [dict(detail) for detail in details]


def events_of_text(text: str, *, events_max: int) -> list[LateEvent]:
    """Events of a pasted or uploaded text in any of the three forms. Times without an offset are UTC.

    Raises LateError with every row that cannot be read, or for more than *events_max* rows.
    """
    stripped = text.strip().removeprefix("\ufeff")
    if _JSON.match(stripped):
        return events_of_rows(_json_rows(stripped), events_max=events_max)
    rows = _csv_rows(stripped)
    if rows is not None:
        return events_of_rows(rows, events_max=events_max)
    return _events_of_lines(stripped, events_max=events_max)


def events_of_rows(rows: Sequence[Any], *, events_max: int) -> list[LateEvent]:
    """Events of mappings with "at" and "text"."""
    _bound(len(rows), events_max)
    events: list[LateEvent] = []
    mistakes: list[dict[str, Any]] = []
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping) or not {"at", "text"} <= row.keys():
            mistakes.append(_mistake(index, 'needs "at" and "text"'))
            continue
        _read(index, row["at"], str(row["text"] or ""), events, mistakes)
    return _or_mistakes(events, mistakes)


def _events_of_lines(text: str, *, events_max: int) -> list[LateEvent]:
    lines = [line for line in text.splitlines() if line.strip()]
    _bound(len(lines), events_max)
    events: list[LateEvent] = []
    mistakes: list[dict[str, Any]] = []
    for index, line in enumerate(lines):
        found = _LINE.match(line.strip())
        if found is None:
            mistakes.append(
                _mistake(index, "does not begin with an instant and words: write 2026-03-01 12:00 UTC what happened")
            )
            continue
        zone = found["zone"] or "Z"
        _read(index, f"{found['at'].replace(',', '.')}{_offset(zone)}", found["text"], events, mistakes)
    return _or_mistakes(events, mistakes)


def _read(index: int, at: Any, text: str, events: list[LateEvent], mistakes: list[dict[str, Any]]) -> None:
    text = text.strip()
    if not text:
        mistakes.append(_mistake(index, "has no words"))
        return
    try:
        events.append(LateEvent(at=_instant(at), text=text))
    except (InstantError, TypeError, AttributeError) as error:
        mistakes.append(_mistake(index, str(error)))


def _instant(value: Any) -> datetime:
    if isinstance(value, datetime):
        return require_bounded(value)
    if isinstance(value, str):
        naive = value.strip()
        try:
            parsed = datetime.fromisoformat(naive)
        except ValueError:
            return parse_instant(naive)
        return parse_instant(f"{naive}+00:00" if parsed.tzinfo is None else naive)
    return parse_instant(value)


def _offset(zone: str) -> str:
    return "+00:00" if zone.upper() in ("Z", "UTC", "GMT") else zone


def _json_rows(text: str) -> Sequence[Any]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LateError([_mistake(0, f"is not valid JSON: {error}")]) from error
    if isinstance(rows, dict):
        rows = rows.get("events")
    if not isinstance(rows, list):
        raise LateError([_mistake(0, 'must be a list of {"at": …, "text": …}')])
    return rows


def _csv_rows(text: str) -> list[dict[str, Any]] | None:
    """Rows of a CSV whose head names at and text; None when it is none."""
    head = text.splitlines()[0] if text else ""
    separator = max(",;\t", key=head.count)
    names = [name.strip().strip('"').lower() for name in head.split(separator)]
    if not {"at", "text"} <= set(names):
        return None
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    next(reader)
    try:
        return [dict(zip(names, row, strict=False)) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise LateError([_mistake(reader.line_num - 1, f"is not valid CSV: {error}")]) from error


def _bound(count: int, events_max: int) -> None:
    if count > events_max:
        raise LateError([_mistake(events_max, f"is one too many: at most {events_max:,} at once, send them in parts")])


def _mistake(index: int, what: str) -> dict[str, Any]:
    return {"index": index, "message": f"row {index + 1} {what}"}


def _or_mistakes(events: list[LateEvent], mistakes: list[dict[str, Any]]) -> list[LateEvent]:
    if mistakes:
        raise LateError(mistakes[:100])
    return events
