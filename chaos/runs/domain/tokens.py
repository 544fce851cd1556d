"""What the link in a notice says: which notice, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self


class TokenSyntaxError(ValueError):
    """Not a text that `to_text` gives."""


@dataclass(frozen=True, slots=True)
class NoticeClaim:
    notice_id: int
    expires_at: datetime

    def to_text(self) -> str:
        return f"{self.notice_id}-{int(self.expires_at.timestamp())}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Raises TokenSyntaxError."""
        number, _, seconds = text.partition("-")
        if not (number.isascii() and number.isdigit() and seconds.isascii() and seconds.isdigit()):
            raise TokenSyntaxError("a link has two numbers")
        if len(number) > 18 or len(seconds) > 11:
            raise TokenSyntaxError("a number of the link is too long")
        try:
            return cls(int(number), datetime.fromtimestamp(int(seconds), tz=UTC))
        except (ValueError, OverflowError, OSError) as error:
            raise TokenSyntaxError(f"not an instant: {error}") from error
