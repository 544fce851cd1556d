"""The record of a game day as Markdown."""

from __future__ import annotations

from datetime import datetime

from chaos.gamedays.models import (
    GameDay,
)


def markdown(*, game_day: GameDay, now: datetime) -> str:
    """Of a closed one what was written then, with its corrections; else as it stands."""
    raise NotImplementedError
