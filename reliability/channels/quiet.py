"""When a person wants no messages: the room that knows their quiet hours registers a function at start-up."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class QuietHours(Protocol):
    def __call__(self, *, user_id: int, at: datetime) -> datetime | None: ...


_SOURCES: dict[str, QuietHours] = {}


def register(name: str, fn: QuietHours) -> None:
    """Ask *fn* when the quiet hours end that hold the instant; None outside of them. Raises ValueError for a name
    that is taken."""
    known = _SOURCES.setdefault(name, fn)
    if known is not fn:
        raise ValueError(f"there are two sources of quiet hours {name!r}: choose another name")


def forget(name: str) -> None:
    """For tests that register their own."""
    _SOURCES.pop(name, None)


def quiet_until(*, user_id: int | None, at: datetime) -> datetime:
    """*at*, or the end of the person's quiet hours that hold it."""
    if user_id is None:
        return at
    return max([at, *(end for ask in _SOURCES.values() if (end := ask(user_id=user_id, at=at)) is not None)])
