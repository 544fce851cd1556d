"""Why a window was refused."""

from __future__ import annotations


class WindowError(ValueError):
    """A window that cannot be; `reason` is a slug, the message says what to write."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
