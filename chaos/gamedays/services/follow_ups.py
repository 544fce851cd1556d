"""What is to be done after a game day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chaos.gamedays.domain.states import FollowUpKind, FollowUpState
from chaos.gamedays.models import (
    FollowUp,
)
from reliability.access.domain.caller import Caller


@dataclass(frozen=True, slots=True)
class FollowUpDraft:
    """owner_id: a member of the team. experiment: slug of the one that will prove it. due_on: a date in UTC."""

    title: str
    kind: FollowUpKind
    text: str = ""
    owner_id: int | None = None
    due_on: date | None = None
    tracker_url: str = ""
    experiment: str = ""


def create(
    *, caller: Caller, number: int, draft: FollowUpDraft, scenario_id: int | None = None, now: datetime
) -> FollowUp:
    """Of a game day that has begun, also of a closed one. Responders. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def edit(
    *,
    caller: Caller,
    follow_up_id: int,
    draft: FollowUpDraft,
    expected_revision: int | None = None,
    now: datetime,
) -> FollowUp:
    """Of an open one. Raises NotFound, Forbidden, Invalid, Conflict."""
    raise NotImplementedError


def close(*, caller: Caller, follow_up_id: int, state: FollowUpState, reason: str = "", now: datetime) -> FollowUp:
    """done, dropped (with reason), or open again. Verified is only said by a run. Raises NotFound, Forbidden, Invalid."""
    raise NotImplementedError


def verify_by_run(*, run_id: int, now: datetime) -> list[FollowUp]:
    """Those that a held real run proves are verified. Twice is once."""
    raise NotImplementedError


def remind(*, follow_up_id: int, now: datetime) -> datetime | None:
    """Tell the owner that it is due. Returns when to try again."""
    raise NotImplementedError
