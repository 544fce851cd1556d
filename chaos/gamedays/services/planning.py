"""From draft to planned to go, or to another day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import PLANNING, State
from chaos.gamedays.models import GameDay
from chaos.gamedays.selectors.game_days import game_day as readable
from chaos.gamedays.services import checks
from chaos.gamedays.services.checked import check_texts
from chaos.gamedays.services.game_days import check_coming
from chaos.gamedays.services.holding import check_revision, check_state, held, move, save, tell
from chaos.gamedays.services.telling import ask, ask_anew, invited, tell_off
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require
from reliability.kit.instants import InstantError, format_instant, require_bounded
from reliability.outbox.services.facts import emit
from reliability.web.errors import Conflict, Invalid

GAME_DAY_PLANNED = "GameDayPlanned"
_STATE = ("state", "state_reason")


def plan(*, caller: Caller, number: int, expected_revision: int | None = None, now: datetime) -> GameDay:
    """Draft or no-go → planned: invitees are asked, reminders are set. Editors of the team; twice is once.

    Needs a start to come and a scenario. Raises NotFound, Forbidden, Invalid by field, Conflict.
    """
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.EDITOR)
        if row.state == State.PLANNED:
            return row
        check_state(row=row, allowed={State.DRAFT, State.NO_GO}, what="be planned")
        check_revision(stored=row.revision, expected=expected_revision)
        check_coming(starts_at=row.starts_at, now=now)
        if not row.scenarios.exists():
            raise Invalid(details=[{"field": "scenarios", "message": "add at least one scenario"}])
        before = row.state
        move(row=row, to=State.PLANNED)
        row.sequence += before == State.NO_GO
        row.planned_at = now
        save(caller=caller, row=row, now=now, fields=[*_STATE, "sequence", "planned_at"])
        ask(row=row, invitees=invited(row=row), now=now)
        _planned(caller, row, before, now)
    return row


def go(*, caller: Caller, number: int, override_reason: str = "", now: datetime) -> GameDay:
    """Planned → go. What the system says is kept in `checks`. Responders of the team; twice is once.

    Raises Conflict with what is not yet so in details, unless *override_reason* says why it goes on all the same.
    """
    seen = readable(caller=caller, number=number)
    require(caller=caller, team_id=seen.team_id, role=Role.RESPONDER)
    check_texts(texts={"override_reason": override_reason}, most={"override_reason": bounds.REASON_MAX})
    asked = checks.ask(caller=caller, game_day=seen, now=now)
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.RESPONDER)
        if row.state == State.GO:
            return row
        check_state(row=row, allowed={State.PLANNED}, what="get a go")
        objections = _objections(row, asked)
        if objections and not override_reason.strip():
            raise Conflict(
                f"{len(objections)} of the checklist is not so yet: mend it, or say why it goes on all the same",
                reason="not_ready",
                details=objections,
            )
        move(row=row, to=State.GO, reason=override_reason.strip() if objections else "")
        row.checks = [asdict(one) for one in asked]
        row.decided_at, row.decided_by_name = now, caller.name[:160]
        save(caller=caller, row=row, now=now, fields=[*_STATE, "checks", "decided_at", "decided_by_name"])
        changes: dict[str, list[Any]] = {
            "state": [State.PLANNED.value, State.GO.value],
            "objections": [None, len(objections)],
        }
        tell(caller=caller, row=row, action="go", changes=changes, reason=row.state_reason, now=now)
    return row


def no_go(*, caller: Caller, number: int, reason: str, now: datetime) -> GameDay:
    """Planned or go → no-go: invitees hear that it is off. Responders.

    Raises NotFound, Forbidden, Invalid, Conflict.
    """
    return _off(caller=caller, number=number, to=State.NO_GO, reason=reason, role=Role.RESPONDER, now=now)


def cancel(*, caller: Caller, number: int, reason: str, now: datetime) -> GameDay:
    """Before it began → cancelled: invitees get a cancellation. Editors.

    Raises NotFound, Forbidden, Invalid, Conflict.
    """
    return _off(caller=caller, number=number, to=State.CANCELLED, reason=reason, role=Role.EDITOR, now=now)


def postpone(*, caller: Caller, number: int, starts_at: datetime, reason: str, now: datetime) -> GameDay:
    """Planned, go or no-go → planned, at another time: everybody is asked anew. Editors. Raises as plan."""
    needed = {"reason": "say why: the invitees read it"}
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.EDITOR)
        check_state(row=row, allowed=PLANNING - {State.DRAFT}, what="be postponed")
        check_texts(texts={"reason": reason.strip()}, most={"reason": bounds.REASON_MAX}, needed=needed)
        try:
            moved_to = require_bounded(starts_at)
        except InstantError as error:
            raise Invalid(details=[{"field": "starts_at", "message": str(error)}]) from error
        check_coming(starts_at=moved_to, now=now)
        before, was_at = row.state, row.starts_at
        row.state, row.state_reason = State.PLANNED.value, reason.strip()
        row.starts_at, row.sequence, row.planned_at = moved_to, row.sequence + 1, now
        save(caller=caller, row=row, now=now, fields=[*_STATE, "starts_at", "sequence", "planned_at"])
        ask_anew(row=row, was_at=was_at, now=now)
        _planned(caller, row, before, now, was_at=was_at, reason=row.state_reason)
    return row


def _off(*, caller: Caller, number: int, to: State, reason: str, role: Role, now: datetime) -> GameDay:
    needed = {"reason": "say why: the invitees read it"}
    with transaction.atomic():
        row = held(caller=caller, number=number, role=role)
        if row.state == to:
            return row
        check_texts(texts={"reason": reason.strip()}, most={"reason": bounds.REASON_MAX}, needed=needed)
        before, was_at = row.state, row.starts_at
        move(row=row, to=to, reason=reason.strip())
        row.sequence += 1
        row.decided_at, row.decided_by_name = now, caller.name[:160]
        save(caller=caller, row=row, now=now, fields=[*_STATE, "sequence", "decided_at", "decided_by_name"])
        if before in (State.PLANNED, State.GO):
            tell_off(row=row, was_at=was_at, now=now)
        tell(caller=caller, row=row, action=to.value, changes={"state": [before, to.value]}, reason=reason, now=now)
    return row


def _planned(
    caller: Caller, row: GameDay, before: str, now: datetime, *, was_at: datetime | None = None, reason: str = ""
) -> None:
    changes: dict[str, list[Any]] = {"state": [before, row.state]}
    if was_at != row.starts_at and was_at is not None and row.starts_at is not None:
        changes["starts_at"] = [format_instant(was_at), format_instant(row.starts_at)]
    tell(caller=caller, row=row, action="plan", changes=changes, reason=reason, now=now)
    emit(kind=GAME_DAY_PLANNED, payload=payload_of(row=row), team_id=row.team_id, now=now)


def payload_of(*, row: GameDay) -> dict[str, Any]:
    """Of the facts about a game day."""
    return {
        "game_day_id": row.pk,
        "team_id": row.team_id,
        "title": row.title,
        "state": row.state,
        "starts_at": format_instant(row.starts_at) if row.starts_at else None,
        "length_minutes": row.length_minutes,
        "score": row.score,
    }


def _objections(row: GameDay, asked: list[checks.Check]) -> list[dict[str, Any]]:
    own = row.checklist.filter(is_done=False).order_by("position", "pk").values_list("pk", "text")
    found = [{"field": f"item-{pk}", "message": f"not done yet: {text}"} for pk, text in own]
    return found + [{"field": one.name, "message": one.reason} for one in asked if not one.is_go]
