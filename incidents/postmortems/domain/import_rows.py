"""Rows within parts: timelines as lists, tables or lines; action items; factors; whys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from incidents.postmortems.domain.import_facts import cells, is_rule
from incidents.postmortems.domain.import_moments import moments

_BULLET = re.compile(r"^(?P<indent>\s*)(?:[-*+•]|\d{1,3}[.)])\s+(?:\[(?P<tick>[ xX])\]\s+)?(?P<text>.*)$")
_LEAD = re.compile(r"^[\s>*_`~\[(|#:-]*")
_GAP = re.compile(r"^[\s*_`~)\]|:–—→-]*(?:\([A-Za-z/ ]{1,12}\))?[\s*_`~)\]|:–—→-]*")
_LEAD_WORDS_MAX = 24  # characters that may stand before the time: "~", "at", "T+0", "Monday,"
_NIGHT = timedelta(hours=6)
ROWS_MAX = 500
TEXT_MAX = 4000


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """stamp: as written."""

    at: datetime
    stamp: str
    text: str


@dataclass(frozen=True, slots=True)
class ActionRow:
    text: str
    is_done: bool


def timeline(lines: Sequence[str], *, day: date | None, zone: tzinfo = UTC) -> tuple[list[TimelineRow], list[str]]:
    """What happened when, and the lines that say no time (headings of a day move the day and stay among them).

    A clock that goes back by more than six hours has passed midnight.
    """
    rows: list[TimelineRow] = []
    rest: list[str] = []
    last: datetime | None = None
    for line in lines:
        one = _timed(line, day, zone) if len(rows) < ROWS_MAX and len(line) <= TEXT_MAX else None
        if one is None:
            if rows and line[:1] in " \t" and line.strip() and len(rows[-1].text) + len(line) < TEXT_MAX:
                rows[-1] = TimelineRow(rows[-1].at, rows[-1].stamp, f"{rows[-1].text}\n{line.strip()}")
                continue
            rest.append(line)
            day = _day_in(line, day, zone) or day
            continue
        row, has_day = one
        if not has_day and last is not None and last - row.at > _NIGHT:
            row = TimelineRow(row.at + timedelta(days=1), row.stamp, row.text)
        day = row.at.astimezone(zone).date()
        last = row.at
        rows.append(row)
    return rows, rest


def items(lines: Sequence[str]) -> tuple[list[tuple[int, str, bool]], list[str]]:
    """Of a list: (indent, text, is ticked), with what is indented below; and all other lines."""
    found: list[tuple[int, str, bool]] = []
    rest: list[str] = []
    for line in lines:
        bullet = _BULLET.match(line) if len(line) <= TEXT_MAX else None
        if bullet and bullet["text"].strip():
            found.append((len(bullet["indent"].expandtabs(4)), bullet["text"].strip(), (bullet["tick"] or " ") in "xX"))
        elif found and line[:1] in " \t" and line.strip() and len(found[-1][1]) + len(line) < TEXT_MAX:
            indent, text, tick = found[-1]
            found[-1] = (indent, f"{text} {line.strip()}", tick)
        elif line.strip():
            rest.append(line)
    return found, rest


def actions(lines: Sequence[str]) -> list[ActionRow]:
    """Of a list or a table: what is to be done, at most 60; the words of the other columns behind it."""
    table = [cells(line) for line in lines if "|" in line and not is_rule(line) and len(line) <= TEXT_MAX]
    if len(table) > 1:
        return [ActionRow(_joined(row, table[0]), _is_done(row)) for row in table[1:] if any(row)][:60]
    listed, _ = items(lines)
    top = min((indent for indent, _, _ in listed), default=0)
    return [ActionRow(text, tick) for indent, text, tick in listed if indent == top][:60]


def whys(lines: Sequence[str]) -> list[tuple[int, str]]:
    """(depth, text): by indent, or one below the other when the list is flat or numbered. Empty when it is no list."""
    listed, rest = items(lines)
    if not listed or rest or any(len(text) > 500 for _, text, _ in listed) or len(listed) > 40:
        return []
    indents = sorted({indent for indent, _, _ in listed})
    if len(indents) == 1:
        depths = range(1, len(listed) + 1)
        found = [(depth, text) for depth, (_, text, _) in zip(depths, listed, strict=True)]
    else:
        found = [(indents.index(indent) + 1, text) for indent, text, _ in listed]
    return found if max(depth for depth, _ in found) <= 10 else []


def _timed(line: str, day: date | None, zone: tzinfo) -> tuple[TimelineRow, bool] | None:
    bullet = _BULLET.match(line)
    bare = bullet["text"] if bullet else line
    read = moments(bare[:160], day=day, zone=zone, limit=2)
    if not read or not read[0].has_clock:
        # "2024-03-04 | 10:02 | text": the day and the clock in two cells.
        return None
    first = read[0]
    before = _LEAD.sub("", bare[: first.start])
    if len(before) > _LEAD_WORDS_MAX or " " in before.strip(" ,|"):
        return None
    end = first.end
    if len(read) > 1 and re.fullmatch(r"\s*(?:–|—|-|to|→)\s*", bare[end : read[1].start]):
        end = read[1].end
    gap = _GAP.match(bare[end:])
    text = bare[end + (gap.end() if gap else 0) :].strip().rstrip("|").strip()
    lead = before.strip(" ,|~*_")
    words = f"{lead} {text}" if lead and lead.lower() not in {"at", "t"} else text
    if not words:
        return None
    return TimelineRow(
        first.at, bare[first.start : end].strip("*_` "), re.sub(r"\s*(?<!\\)\|\s*", " · ", words)
    ), first.has_day


def _day_in(line: str, day: date | None, zone: tzinfo) -> date | None:
    if len(line) > 120:
        return None
    read = moments(line, day=day, zone=zone, limit=1)
    return read[0].at.astimezone(zone).date() if read and read[0].has_day and not read[0].has_clock else None


def _joined(row: Sequence[str], head: Sequence[str]) -> str:
    first, *others = row
    named = [
        f"{head[index + 1]}: {cell}" if index + 1 < len(head) else cell for index, cell in enumerate(others) if cell
    ]
    return " · ".join(part for part in (first, *named) if part)


def _is_done(row: Sequence[str]) -> bool:
    return any(
        cell.strip("* _").lower() in {"done", "closed", "complete", "completed", "fixed", "✅", "[x]"} for cell in row
    )
