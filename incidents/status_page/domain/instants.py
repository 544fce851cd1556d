"""Instants as the Statuspage v2 API writes them: ISO 8601 with milliseconds and Z."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(at: datetime | None) -> str | None:
    """`2026-11-21T09:30:00.000Z`."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
