"""From one state to another: by people, and by what proves it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.actions.domain.drafts import REASON_MAX
from incidents.actions.domain.states import CLOSED, TODO, Proof, State, mistake_of_move, needs_reason
from incidents.actions.models import Action
from incidents.actions.services import scheduling
from incidents.actions.services.holding import Kind, check_words, held, note, save, tell, tell_others
from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict, Forbidden, Invalid

_MOVED = (
    "state", "state_reason", "state_at", "done_at", "done_by_name", "closed_at", "closed_by_name", "reopened",
    "proof_text", "proof_run",
)  # fmt: skip


def move(
    *,
    caller: Caller,
    number: int,
    to: State,
    reason: str = "",
    expected_revision: int | None = None,
    now: datetime,
) -> Action:
    """By a person. Closing without proof, cancelling and opening again need a reason. The same state is no change.

    Raises NotFound, Forbidden (responders), Invalid, Conflict when it cannot go there from where it is.
    """
    with transaction.atomic():
        row = held(caller=caller, number=number, expected_revision=expected_revision)
        was = State(row.state)
        if was is to:
            return row
        mistake = mistake_of_move(state=was, to=to)
        if mistake:
            raise Conflict(mistake, reason="wrong_state")
        words = check_words(field="reason", text=reason, most=REASON_MAX, needed=needs_reason(state=was, to=to))
        place(caller=caller, row=row, to=to, reason=words, now=now)
    return row


def confirm(*, caller: Caller, number: int, is_so: bool, words: str, now: datetime) -> Action:
    """The named person says whether it is so: then it is proven, else open again. Only they, and only once it is done.

    Raises NotFound, Forbidden, Invalid, Conflict.
    """
    with transaction.atomic():
        row = held(caller=caller, number=number)
        if row.proof != Proof.CHECK:
            raise Conflict("no person checks this action: its proof is another", reason="wrong_proof")
        if row.checker_id is None:
            raise Conflict("who was to check it is not there any more: name somebody else", reason="no_checker")
        if caller.user_id != row.checker_id:
            raise Forbidden(f"only {row.checker} may confirm it: ask them, or name another", reason="not_the_checker")
        if row.state != State.DONE:
            raise Conflict(f"it is {State(row.state).words}: it is checked once it is done", reason="wrong_state")
        if row.checker_id == row.owner_id:
            message = "you own it: have somebody else of the team check it"
            raise Invalid(details=[{"field": "words", "message": message}])
        needed = "say what you checked" if is_so else "say what is missing"
        said = check_words(field="words", text=words, most=REASON_MAX, needed=needed)
        text = f"{caller.name} checked it: {said}"
        place(caller=caller, row=row, to=State.VERIFIED if is_so else State.OPEN, reason=said, proof_text=text, now=now)
    return row


def place(
    *,
    caller: Caller,
    row: Action,
    to: State,
    reason: str,
    now: datetime,
    proof_text: str = "",
    run_id: int | None = None,
) -> None:
    """Write a state with its history, trail, reminders and fact. In a transaction that holds *row*."""
    was = State(row.state)
    row.state, row.state_reason, row.state_at = to.value, reason, now
    if to is State.DONE:
        row.done_at, row.done_by_name, row.proof_text, row.proof_run = now, caller.name[:160], "", None
    elif to in TODO:
        row.done_at, row.done_by_name = None, ""
        row.proof_text, row.proof_run_id = proof_text, run_id
        row.reopened += was not in TODO
    elif to is State.VERIFIED:
        row.proof_text, row.proof_run_id = proof_text, run_id
    row.closed_at, row.closed_by_name = (now, caller.name[:160]) if to in CLOSED else (None, "")
    save(caller=caller, row=row, now=now, fields=_MOVED)
    kind = Kind.PROOF if proof_text else Kind.STATE
    note(caller=caller, row=row, kind=kind, text=proof_text or reason, state=to, run_id=run_id, now=now)
    tell(caller=caller, row=row, verb="state", changes={"state": [was.value, to.value]}, reason=reason, now=now)
    tell_others(row=row, was=was, now=now)
    scheduling.remind(row=row, now=now)
    scheduling.prove(row=row, now=now)
