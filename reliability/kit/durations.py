"""Durations in the notation of Prometheus and OpenSLO: 5m, 1h, 28d, 1h30m."""

from __future__ import annotations

import re
from datetime import timedelta

_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+)([smhdw])")
_WHOLE = re.compile(r"(?:\d+[smhdw])+\Z")
_LONGEST = timedelta(days=3660)


class DurationError(ValueError):
    """A text that is no duration; the message says what to write."""


def parse_duration(text: str) -> timedelta:
    """Parse `5m`, `1h30m`, `28d`, `4w`. Raises DurationError on anything else, on zero and beyond ten years.

    Months, quarters and years have no fixed length and are refused here; calendar windows know them.
    """
    stripped = text.strip()
    if not _WHOLE.match(stripped):
        raise DurationError(f"{text!r} is not a duration: write a number and a unit (s, m, h, d, w), such as 5m or 28d")
    if len(stripped) > 40:
        raise DurationError("a duration is at most 40 characters long")
    seconds = sum(int(number) * _UNIT_SECONDS[unit] for number, unit in _PART.findall(stripped))
    if seconds == 0:
        raise DurationError("a duration must be longer than zero")
    if seconds > _LONGEST.total_seconds():
        raise DurationError(f"{text!r} is longer than ten years")
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """The exact notation with the largest units first: 90 minutes is `1h30m`, four weeks are `28d`."""
    seconds = int(duration.total_seconds())
    if seconds <= 0:
        return f"{seconds}s"
    parts = []
    for unit in ("d", "h", "m", "s"):
        count, seconds = divmod(seconds, _UNIT_SECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


def humanize_duration(duration: timedelta) -> str:
    """Words for a person, two units at most: `4 h 12 min`, `28 days`, `45 s`."""
    seconds = round(abs(duration.total_seconds()))
    sign = "−" if duration.total_seconds() < 0 else ""
    units = (("day", "days", 86400), ("h", "h", 3600), ("min", "min", 60), ("s", "s", 1))
    parts: list[str] = []
    for one, many, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
        if len(parts) == 2 or (parts and not count):
            break
    return sign + (" ".join(parts) or "0 s")
