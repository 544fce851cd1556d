"""Who does what on the day; a role is handed over by giving it to somebody else."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.domain.states import RoleKind
from chaos.gamedays.models import (
    RoleHolder,
)
from reliability.access.domain.caller import Caller


def give(
    *, caller: Caller, number: int, kind: RoleKind, user_id: int | None = None, name: str = "", now: datetime
) -> RoleHolder:
    """To a member of the team (user_id) or anybody by *name*. The former holder's time ends, but for observers.

    Responders of the team, also while it is live. Twice is once. Raises NotFound, Forbidden, Invalid, Conflict when over."""
    raise NotImplementedError


def end(*, caller: Caller, number: int, holder_id: int, now: datetime) -> None:
    """Nobody has the role from now on. Raises NotFound, Forbidden, Conflict when over."""
    raise NotImplementedError
