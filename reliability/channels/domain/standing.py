"""How a channel or contact method is, from when it last went well and wrong."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    OFF = "switched_off"
    UNVERIFIED = "unverified"
    UNTRIED = "untried"
    WORKING = "healthy"
    FAILING = "failing"


def standing_of(
    *, is_enabled: bool, is_verified: bool, last_success_at: datetime | None, last_failure_at: datetime | None
) -> Standing:
    """The newer of the two instants decides."""
    if not is_enabled:
        return Standing.OFF
    if not is_verified:
        return Standing.UNVERIFIED
    if last_failure_at is not None and (last_success_at is None or last_failure_at >= last_success_at):
        return Standing.FAILING
    return Standing.UNTRIED if last_success_at is None else Standing.WORKING
