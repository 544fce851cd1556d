"""Who is on call for a team: the room that knows registers a function at start-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from reliability.access.models import User


class OnCall(Protocol):
    def __call__(self, *, team_id: int, at: datetime) -> Sequence[User]: ...


_SOURCES: dict[str, OnCall] = {}


def register(name: str, fn: OnCall) -> None:
    """Ask *fn* who is on call for a team. Raises ValueError for a name that is taken."""
    if _SOURCES.setdefault(name, fn) is not fn:
        raise ValueError(f"there are two sources of who is on call {name!r}: choose another name")


def forget(name: str) -> None:
    """For tests that register their own."""
    _SOURCES.pop(name, None)


def on_call_of_team(*, team_id: int, at: datetime) -> list[User]:
    """Each active person once, in the order of the sources."""
    found = {user.pk: user for ask in _SOURCES.values() for user in ask(team_id=team_id, at=at) if user.is_active}
    return list(found.values())
