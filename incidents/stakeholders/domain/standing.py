"""How a message stands with one recipient, from its last delivery and whether it was read."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    QUEUED = "queued"
    WAITING = "waiting"  # for their hour
    SENT = "sent"
    FAILED = "failed"  # refused, or tried as long as it was worth
    VOID = "void"  # no longer wanted or true when it was due


OPEN = (DeliveryState.QUEUED, DeliveryState.WAITING)


class Standing(StrEnum):
    READ = "read"
    UNREAD = "unread"  # sent, not confirmed
    RETRYING = "retrying"
    QUEUED = "queued"
    WAITING = "waiting"
    FAILED = "failed"
    VOID = "void"


def standing_of(*, state: DeliveryState, attempts: int, is_read: bool) -> Standing:
    """A message that was read is read, whatever became of a reminder."""
    if is_read:
        return Standing.READ
    if state is DeliveryState.SENT:
        return Standing.UNREAD
    if state in OPEN and attempts:
        return Standing.RETRYING
    return Standing(state.value)
