"""Weaknesses the day showed, on their way to the vulnerability backlog."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.models import (
    Finding,
)
from reliability.access.domain.caller import Caller


def record(
    *,
    caller: Caller,
    number: int,
    title: str,
    text: str = "",
    layer: str,
    service: str = "",
    scenario_id: int | None = None,
    now: datetime,
) -> Finding:
    """Keep it, and put it into the backlog. layer: of catalog.Layer; service: name, blank: none. Editors of the team.

    Raises NotFound, Forbidden, Invalid, Conflict before it is live or once closed."""
    raise NotImplementedError
