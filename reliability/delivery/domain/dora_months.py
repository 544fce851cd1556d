"""Months in UTC, counted: year × 12 + month − 1."""

from __future__ import annotations

from datetime import UTC, datetime

from reliability.kit.periods import Period


def month_of(at: datetime) -> int:
    utc = at.astimezone(UTC)
    return utc.year * 12 + utc.month - 1


def period_of_month(month: int) -> Period:
    return Period(_start(month), _start(month + 1))


def _start(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
