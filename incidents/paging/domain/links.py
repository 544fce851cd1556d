"""What a one-person link says, in as few characters as a text message likes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIELDS = 5
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
        fields = text.split("-")
        if len(fields) != _FIELDS:
            raise LinkSyntaxError(f"a link has {_FIELDS} parts, got {len(fields)}")
        try:
            escalation_id, epoch, step, user_id, seconds = (int(field[:_FIELD_LENGTH_MAX], 36) for field in fields)
            expires_at = datetime.fromtimestamp(seconds, tz=UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise LinkSyntaxError(f"not a number: {error}") from error
        return cls(escalation_id=escalation_id, epoch=epoch, step=step, user_id=user_id, expires_at=expires_at)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
