"""What one object may tell of another: an open team's objective may stand on what a private team keeps to itself."""

from __future__ import annotations

from typing import Protocol, TypeVar

from reliability.access.domain.caller import Caller


class Owned(Protocol):
    """Anything that belongs to a team."""

    team_id: int


Related = TypeVar("Related", bound=Owned)


def visible(*, caller: Caller, related: Related | None) -> Related | None:
    """*related* when the caller may read its team's objects, else None. Ask it before showing any related object."""
    if related is None or not caller.may_read(related.team_id):
        return None
    return related


def is_hidden(*, caller: Caller, related: Owned | None) -> bool:
    """Whether there is a related object that the caller may not know of."""
    return related is not None and not caller.may_read(related.team_id)
