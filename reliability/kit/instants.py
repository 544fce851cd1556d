"""Instants: aware UTC datetimes, and whole minutes since the Unix epoch."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR_MINUTES = 60
# Beyond these a number of epoch seconds is a mistake (milliseconds, mostly), not an instant.
_EPOCH_SECONDS_MIN = 0
_EPOCH_SECONDS_MAX = 32_503_680_000  # year 3000


class InstantError(ValueError):
    """A text or number that names no instant; the message says what to write instead."""


def require_utc(instant: datetime) -> datetime:
    """Return *instant* in UTC. Raises InstantError when it carries no time zone."""
    if instant.tzinfo is None:
        raise InstantError(f"{instant.isoformat()} has no time zone: add Z or an offset such as +02:00")
    return instant.astimezone(UTC)


def parse_instant(value: str | int | float) -> datetime:
    """Parse RFC 3339 text or seconds since the epoch into an aware UTC datetime.

    Raises InstantError for naive times, milliseconds, NaN and anything else.
    Source of the text form: RFC 3339 section 5.6.
    """
    if isinstance(value, bool):
        raise InstantError("an instant is RFC 3339 text or epoch seconds, not true or false")
    if isinstance(value, int | float):
        return _from_epoch_seconds(float(value))
    text = value.strip()
    try:
        return _from_epoch_seconds(float(text))
    except InstantError:
        raise
    except ValueError:
        pass
    # A "+" of an offset arrives as a space when a query string was not encoded.
    if len(text) > 6 and text[-6] == " ":
        text = f"{text[:-6]}+{text[-5:]}"
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise InstantError(
            f"{value!r} is not an instant: write RFC 3339 such as 2026-03-01T12:00:00Z, or seconds since the epoch"
        ) from error
    return require_utc(parsed)


def _from_epoch_seconds(seconds: float) -> datetime:
    if not math.isfinite(seconds):
        raise InstantError(f"{seconds} is not an instant: write seconds since the epoch or RFC 3339")
    if not _EPOCH_SECONDS_MIN <= seconds < _EPOCH_SECONDS_MAX:
        hint = ": are these milliseconds? divide by 1000" if seconds >= _EPOCH_SECONDS_MAX else ""
        raise InstantError(f"{seconds:g} seconds since the epoch is outside the years 1970 to 3000{hint}")
    return EPOCH + timedelta(seconds=seconds)


def to_minute(instant: datetime) -> int:
    """Whole minutes since the epoch, rounded down."""
    return (require_utc(instant) - EPOCH) // MINUTE


def from_minute(minute: int) -> datetime:
    """The instant at which epoch minute *minute* begins, in UTC."""
    return EPOCH + minute * MINUTE


def floor_minute(instant: datetime) -> datetime:
    """The start of the minute that holds *instant*."""
    return from_minute(to_minute(instant))


def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with a Z and without empty fractions: 2026-03-01T12:00:00Z."""
    return require_utc(instant).isoformat().replace("+00:00", "Z")
