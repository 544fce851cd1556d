"""The team's own questions before it says go."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.models import (
    ChecklistItem,
)
from reliability.access.domain.caller import Caller


def add(*, caller: Caller, number: int, text: str, now: datetime) -> ChecklistItem:
    """Editors of the team. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def tick(*, caller: Caller, number: int, item_id: int, is_done: bool, now: datetime) -> ChecklistItem:
    """Done, or not after all. Responders of the team; twice is once. Raises NotFound, Forbidden, Conflict."""
    raise NotImplementedError


def remove(*, caller: Caller, number: int, item_id: int, now: datetime) -> None:
    """Editors of the team. Raises NotFound, Forbidden, Conflict."""
    raise NotImplementedError
