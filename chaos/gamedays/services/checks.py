"""What the system itself answers of the go/no-go checklist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chaos.gamedays.models import (
    GameDay,
)
from reliability.access.domain.caller import Caller


@dataclass(frozen=True, slots=True)
class Check:
    """One question. name: slug, such as experiments, guards, people, global_stop. url: where to mend it, or blank."""

    name: str
    title: str
    is_go: bool
    reason: str
    url: str = ""


def ask(*, caller: Caller, game_day: GameDay, now: datetime) -> list[Check]:
    """Asked now, of the runs that the scenarios would ask for; nothing is kept of the asking."""
    raise NotImplementedError
