"""What a one-person link says, in as few characters as a text message likes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIELDS = 5
_LIST_FIELDS = 3
_FIELD_LENGTH_MAX = 13  # of a 64-bit number in base 36


class LinkSyntaxError(ValueError):
    """Not a text that `to_text` gives."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who may act on which escalation, at which epoch and step, until when."""

    escalation_id: int
    epoch: int
    step: int
    user_id: int
    expires_at: datetime

    def to_text(self) -> str:
        numbers = (self.escalation_id, self.epoch, self.step, self.user_id, int(self.expires_at.timestamp()))
        return "-".join(_base36(number) for number in numbers)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Raises LinkSyntaxError."""
        escalation_id, epoch, step, user_id, seconds = _numbers(text, of=_FIELDS)
        expires_at = _instant(seconds)
        return cls(escalation_id=escalation_id, epoch=epoch, step=step, user_id=user_id, expires_at=expires_at)


@dataclass(frozen=True, slots=True)
class ListClaim:
    """Who may act on the pages that one message listed, until when."""

    notification_id: int
    user_id: int
    expires_at: datetime

    def to_text(self) -> str:
        numbers = (self.notification_id, self.user_id, int(self.expires_at.timestamp()))
        return "-".join(_base36(number) for number in numbers)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Raises LinkSyntaxError."""
        notification_id, user_id, seconds = _numbers(text, of=_LIST_FIELDS)
        return cls(notification_id=notification_id, user_id=user_id, expires_at=_instant(seconds))


def _numbers(text: str, *, of: int) -> list[int]:
    fields = text.split("-")
    if len(fields) != of:
        raise LinkSyntaxError(f"a link has {of} parts, got {len(fields)}")
    try:
        return [int(field[:_FIELD_LENGTH_MAX], 36) for field in fields]
    except ValueError as error:
        raise LinkSyntaxError(f"not a number: {error}") from error


def _instant(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise LinkSyntaxError(f"not an instant: {error}") from error


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
