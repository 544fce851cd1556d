"""What a team chose for its game days."""

from __future__ import annotations

from datetime import datetime

from reliability.access.domain.caller import Caller
from reliability.access.models import Team


def set_badges(*, caller: Caller, team: Team, has_badges: bool, now: datetime) -> bool:
    """Show badges, or not. Administrators of the team. Returns whether they are shown now. Raises Forbidden, NotFound."""
    raise NotImplementedError
