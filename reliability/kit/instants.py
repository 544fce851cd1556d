"""Instants: aware UTC datetimes, and whole minutes since the Unix epoch."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR_MINUTES = 60
# What people and programs may name. Beyond it lie mistakes (milliseconds, mostly), and windows around such an
# instant would leave the calendar of datetime.
EARLIEST = EPOCH
END = datetime(3000, 1, 1, tzinfo=UTC)


class InstantError(ValueError):
    """A text or number that names no instant; the message says what to write instead."""


def require_utc(instant: datetime) -> datetime:
    """Return *instant* in UTC. Raises InstantError when it carries no time zone."""
    if instant.tzinfo is None:
        raise InstantError(f"{instant.isoformat()} has no time zone: add Z or an offset such as +02:00")
    return instant.astimezone(UTC)


def parse_instant(value: str | int | float) -> datetime:
    """Parse RFC 3339 text or seconds since the epoch into an aware UTC datetime.

    Raises InstantError for naive times, milliseconds, NaN, years before 1970 or after 2999, and anything else.
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
    return require_bounded(parsed)


def require_bounded(instant: datetime) -> datetime:
    """Return *instant* in UTC. Raises InstantError without a time zone, and outside of the years 1970 to 2999."""
    # Compared before it is converted: 0001-01-01T00:00+02:00 has no UTC.
    if instant.tzinfo is not None and not EARLIEST <= instant < END:
        raise InstantError(f"{instant.isoformat()} is outside the years 1970 to 2999: write an instant between them")
    return require_utc(instant)


def _from_epoch_seconds(seconds: float) -> datetime:
    if not math.isfinite(seconds):
        raise InstantError(f"{seconds} is not an instant: write seconds since the epoch or RFC 3339")
    end = (END - EPOCH).total_seconds()
    if not 0 <= seconds < end:
        hint = ": are these milliseconds? divide by 1000" if seconds >= end else ""
        raise InstantError(f"{seconds:g} seconds since the epoch is outside the years 1970 to 2999{hint}")
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
