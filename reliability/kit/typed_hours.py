"""Hours of weekdays as people type them, a line each: `mon-fri 09:00-17:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from reliability.kit.restrictions import WEEKDAYS
from reliability.kit.times import TimeError, parse_minute_of_day, parse_weekday

_HOURS = re.compile(r"(?:(?P<days>[A-Za-z, –-]*?)\s*)?(?P<start>\d{1,2}:\d{2})\s*[-–]\s*(?P<end>\d{1,2}:\d{2})\Z")
_DAYS_ONLY = re.compile(r"[A-Za-z, –-]+\Z")


def parse_hours(text: str) -> list[dict[str, Any]]:
    """Each line as a restriction in the notation. Raises TimeError naming the line."""
    found: list[dict[str, Any]] = []
    for line in lines_of(text):
        match = _HOURS.match(line)
        if match:
            check_time(line, match["start"], is_end=False)
            check_time(line, match["end"], is_end=True)
            found.append({"weekdays": weekdays_of(match["days"] or ""), "start": match["start"], "end": match["end"]})
        elif _DAYS_ONLY.match(line):
            found.append({"weekdays": weekdays_of(line), "start": "00:00", "end": "24:00"})
        else:
            raise TimeError(f"{line!r} is not understood: write mon-fri 09:00-17:00, sat,sun or 22:00-06:00")
    return found


def hours_text(restrictions: Iterable[Mapping[str, Any]]) -> str:
    """Restrictions of the notation as lines."""
    return "\n".join(_hours_line(entry) for entry in restrictions)


def _hours_line(entry: Mapping[str, Any]) -> str:
    days = list(entry["weekdays"])
    times = "" if (entry["start"], entry["end"]) == ("00:00", "24:00") else f"{entry['start']}-{entry['end']}"
    if len(days) == 7:
        return times or "mon-sun"
    indexes = [WEEKDAYS.index(day) for day in days]
    is_run = len(days) > 2 and indexes == list(range(indexes[0], indexes[0] + len(days)))
    words = f"{days[0]}-{days[-1]}" if is_run else ",".join(days)
    return f"{words} {times}".strip()


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\n;]", text) if line.strip()]


def weekdays_of(text: str) -> list[str]:
    """`mon-fri, sun` as weekdays; nothing is all of them."""
    if not text.strip():
        return list(WEEKDAYS)
    found: list[str] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        first, _, last = (piece.strip() for piece in re.sub("–", "-", part).partition("-"))
        start = parse_weekday(first)
        end = parse_weekday(last) if last else start
        found += [WEEKDAYS[day % 7] for day in range(start, end + 1 if end >= start else end + 8)]
    return list(dict.fromkeys(found))


def check_time(line: str, time: str, *, is_end: bool) -> None:
    try:
        parse_minute_of_day(time, is_end=is_end)
    except TimeError as error:
        raise TimeError(f"in {line!r}: {error}") from error
