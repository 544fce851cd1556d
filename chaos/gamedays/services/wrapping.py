"""The wrap-up: what it showed, and the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chaos.gamedays.domain.states import Tri
from chaos.gamedays.models import (
    Correction,
    GameDay,
    Scenario,
)
from reliability.access.domain.caller import Caller


@dataclass(frozen=True, slots=True)
class WrapUpDraft:
    """was_right: was it the right experiment?"""

    was_right: Tri = Tri.PENDING
    was_right_why: str = ""
    went_well: str = ""
    went_badly: str = ""
    was_lucky: str = ""


def save(
    *, caller: Caller, number: int, draft: WrapUpDraft, expected_revision: int | None = None, now: datetime
) -> GameDay:
    """The answers of the team. Responders, while wrapping up. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def judge_scenario(
    *,
    caller: Caller,
    number: int,
    scenario_id: int,
    held: Tri,
    responded: Tri,
    faults_gone: Tri,
    learnt: str = "",
    expected_revision: int | None = None,
    now: datetime,
) -> Scenario:
    """What people say of one; of held and faults_gone a run's own verdict counts before theirs. Responders, live or
    while wrapping up. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def close(*, caller: Caller, number: int, expected_revision: int | None = None, now: datetime) -> GameDay:
    """Wrapping up → done: scores and the record are written, for good. Needs was_right. Raises Conflict, Invalid."""
    raise NotImplementedError


def correct(*, caller: Caller, number: int, text: str, now: datetime) -> Correction:
    """Append to a closed record. Responders. Raises NotFound, Forbidden, Invalid, Conflict while it is not closed."""
    raise NotImplementedError
