"""Why a window was refused, and how long any window may be."""

from __future__ import annotations

from datetime import timedelta

# Bounds what reading a window may cost, and keeps every period near the present inside the years that dates know.
WINDOW_LENGTH_MAX = timedelta(days=3660)


class WindowError(ValueError):
    """A window that cannot be; `reason` is a slug, the message says what to write."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
