"""The row of an action, locked for a change by somebody who may make it; its history, trail and facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from incidents.actions.domain.states import CLOSED, State
from incidents.actions.models import Action, ActionNote
from incidents.actions.services.due_kinds import ACTION_CLOSED, ACTION_REOPENED
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.outbox.services.facts import emit
from reliability.web.errors import Conflict, Invalid, NotFound

KIND = "action"
NUMBER_END = 2**63
Kind = ActionNote.Kind


def held(*, caller: Caller, number: int, expected_revision: int | None = None) -> Action:
    """Locked until the transaction ends, with team, service and owner at hand. Raises NotFound, Forbidden, Conflict."""
    rows = Action.objects.select_for_update(of=("self",)).select_related(
        "team", "service", "owner", "incident", "experiment", "slo", "checker"
    )
    row: Action | None = rows.filter(pk=number).first() if number < NUMBER_END else None
    if row is None or not caller.may_read(row.team_id):
        raise NotFound(f"there is no action #{number}, or it is not yours to see")
    require(caller=caller, team_id=row.team_id, role=Role.RESPONDER)
    check_revision(stored=row, expected=expected_revision)
    return row


def check_revision(*, stored: Action, expected: int | None) -> None:
    """expected: of what was read; None takes any. Raises Conflict."""
    if expected is None or stored.revision == expected:
        return
    message = (
        f"{stored.updated_by_name or 'somebody'} changed this at "
        f"{stored.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, after you opened it: your change is not saved; "
        "compare both and save again"
    )
    raise Conflict(message, reason="changed_meanwhile")


def check_words(*, field: str, text: str, most: int, needed: str = "") -> str:
    """The text without blanks around it. needed: what to say when there is none. Raises Invalid at *field*."""
    words = text.strip()
    if needed and not words:
        raise Invalid(details=[{"field": field, "message": needed}])
    if len(words) > most:
        raise Invalid(details=[{"field": field, "message": f"has at most {most:,} characters"}])
    return words


def save(*, caller: Caller, row: Action, now: datetime, fields: Sequence[str]) -> None:
    """Write *fields* with a new revision and who did it."""
    row.revision += 1
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    row.save(update_fields=(*fields, "revision", "updated_at", "updated_by_name"))


def note(
    *,
    caller: Caller,
    row: Action,
    kind: ActionNote.Kind,
    text: str,
    now: datetime,
    state: State | None = None,
    run_id: int | None = None,
) -> ActionNote:
    """One line of its history."""
    return ActionNote.objects.create(
        action=row,
        kind=kind,
        at=now,
        author_id=caller.user_id,
        author_name=caller.name[:160],
        text=text,
        state=state.value if state else "",
        run_id=run_id,
    )


def tell(
    *,
    caller: Caller,
    row: Action,
    verb: str,
    now: datetime,
    changes: Mapping[str, Sequence[Any]] | None = None,
    reason: str = "",
) -> None:
    """The entry of the audit trail."""
    audit.record(
        caller=caller,
        action=f"{KIND}.{verb}",
        object_kind=KIND,
        object_name=f"#{row.pk} {row.title}",
        team_id=row.team_id,
        changes=changes,
        reason=reason,
        now=now,
    )


def tell_others(*, row: Action, was: State, now: datetime) -> None:
    """The facts ActionClosed and ActionReopened, for other rooms."""
    is_closed = State(row.state) in CLOSED
    is_reopened = was not in (State.OPEN, State.IN_PROGRESS) and row.state in (State.OPEN, State.IN_PROGRESS)
    if not is_closed and not is_reopened:
        return
    payload = {
        "action_id": row.pk,
        "team_id": row.team_id,
        "title": row.title,
        "state": row.state,
        "was": was.value,
        "reason": row.state_reason,
        "incident_id": row.incident_id,
        "source_kind": row.source_kind,
        "source_key": row.source_key,
    }
    kind = ACTION_CLOSED if is_closed else ACTION_REOPENED
    emit(kind=kind, payload=payload, team_id=row.team_id, now=now)
