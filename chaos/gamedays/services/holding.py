"""The row of a game day, locked for a change by somebody who may make it; and the trail of the change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from chaos.gamedays.domain.states import FOLLOWS, State
from chaos.gamedays.models import GameDay
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, NotFound

KIND = "game_day"
NUMBER_END = 2**63


def held(*, caller: Caller, number: int, role: Role) -> GameDay:
    """Locked until the transaction ends, with its team at hand. Raises NotFound, Forbidden."""
    rows = GameDay.objects.select_for_update(of=("self",)).select_related("team").filter(pk=number)
    row: GameDay | None = rows.first() if number < NUMBER_END else None
    if row is None or not caller.may_read(row.team_id):
        raise NotFound(f"there is no game day {number}, or it is not yours to see")
    require(caller=caller, team_id=row.team_id, role=role)
    return row


def check_state(*, row: GameDay, allowed: Collection[State], what: str) -> None:
    """Raises Conflict. what: follows "cannot", such as "be edited"."""
    if State(row.state) not in allowed:
        raise Conflict(f"the game day is {State(row.state).words}: it cannot {what}", reason="wrong_state")


def check_revision(*, stored: int, expected: int | None) -> None:
    """Raises Conflict when somebody changed it meanwhile."""
    if expected is not None and expected != stored:
        raise Conflict(f"somebody changed this: it is at revision {stored}, you read {expected}. Load it again")


def move(*, row: GameDay, to: State, reason: str = "") -> None:
    """Set the state and its reason; the caller saves. Raises Conflict when *to* does not follow."""
    if to not in FOLLOWS[State(row.state)]:
        raise Conflict(f"the game day is {State(row.state).words}: it cannot become {to.words}", reason="wrong_state")
    row.state, row.state_reason = to.value, reason


def save(*, caller: Caller, row: GameDay, now: datetime, fields: Sequence[str]) -> None:
    """Write *fields* with a new revision and who did it."""
    row.revision += 1
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    row.save(update_fields=(*fields, "revision", "updated_at", "updated_by_name"))


def tell(
    *,
    caller: Caller,
    row: GameDay,
    action: str,
    now: datetime,
    changes: Mapping[str, Sequence[Any]] | None = None,
    reason: str = "",
) -> None:
    """The entry of the audit trail: *action* is the verb."""
    audit.record(
        caller=caller,
        action=f"{KIND}.{action}",
        object_kind=KIND,
        object_name=f"#{row.pk} {row.title}",
        team_id=row.team_id,
        changes=changes,
        reason=reason,
        now=now,
    )
