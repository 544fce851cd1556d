"""The instants that an imported postmortem tells of, and the order they can only have come in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

# By column, as pages name them, each after what it cannot lie before. What mends itself is acknowledged late.
TITLES = MappingProxyType(
    {
        "started_at": "Began",
        "detected_at": "Detected",
        "acknowledged_at": "Acknowledged",
        "mitigated_at": "Mitigated",
        "resolved_at": "Resolved",
        "published_at": "Published",
    }
)
_NOT_BEFORE = {
    "detected_at": ("started_at",),
    "acknowledged_at": ("started_at", "detected_at"),
    "mitigated_at": ("started_at",),
    "resolved_at": ("started_at", "detected_at", "mitigated_at"),
    "published_at": ("started_at", "resolved_at"),
}
_WORDS = {
    "started_at": "it began",
    "detected_at": "it was detected",
    "mitigated_at": "it was mitigated",
    "resolved_at": "it was resolved",
}

Dates = Mapping[str, datetime | None]


def mistakes_of(*, dates: Dates, now: datetime) -> list[tuple[str, str]]:
    """(column, what is wrong with it), the first for each; empty when all can be so."""
    found = []
    for column in TITLES:
        at = dates.get(column)
        if at is None:
            continue
        earlier = next((one for one in _NOT_BEFORE.get(column, ()) if _is_before(at, dates.get(one))), None)
        if at > now:
            found.append((column, "lies in the future: write when it was"))
        elif earlier is not None:
            found.append((column, f"lies before {_WORDS[earlier]}, {_text(dates[earlier])}: one of them is wrong"))
    return found


def text_of(dates: Dates) -> str:
    """One line for each instant, in the order of a document."""
    return "\n".join(f"{title}: {_text(dates[column])}" for column, title in TITLES.items() if column in dates)


def _is_before(at: datetime, other: datetime | None) -> bool:
    return other is not None and at < other


def _text(at: datetime | None) -> str:
    return "not said" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
