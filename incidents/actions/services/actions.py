"""Writing actions: creating, editing, notes; each audited and told in their history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from incidents.actions.domain.drafts import NOTE_MAX, ActionDraft, Source
from incidents.actions.domain.states import CLOSED, Proof, State
from incidents.actions.models import Action, ActionNote
from incidents.actions.services import scheduling
from incidents.actions.services.checked import check, check_source
from incidents.actions.services.holding import Kind, check_words, held, note, save, tell
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import User
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict


def create(*, caller: Caller, team_id: int, draft: ActionDraft, source: Source | None = None, now: datetime) -> Action:
    """A new one of the team, open. Of a source "incident" it is an action of that incident, too.

    Raises NotFound, Forbidden (responders of the team), Invalid with each field, Conflict when there are too many.
    """
    require(caller=caller, team_id=team_id, role=Role.RESPONDER)
    origin = source or Source()
    check_source(origin)
    check(caller=caller, team_id=team_id, draft=draft)
    _require_room(team_id)
    row = Action(
        team_id=team_id,
        **draft.fields(),
        owner_name=_name_of(draft.owner_id),
        source_kind=origin.kind,
        source_key=origin.key,
        state_at=now,
        created_at=now,
        created_by_name=caller.name[:160],
        updated_at=now,
        updated_by_name=caller.name[:160],
    )
    with transaction.atomic():
        row.save(force_insert=True)
        note(caller=caller, row=row, kind=Kind.STATE, text="", state=State.OPEN, now=now)
        changes = {name: [None, value] for name, value in _audited(row).items() if value not in ("", None)}
        tell(caller=caller, row=row, verb="create", changes=changes, now=now)
        scheduling.remind(row=row, now=now)
    return row


def edit(
    *,
    caller: Caller,
    number: int,
    draft: ActionDraft,
    now: datetime,
    expected_revision: int | None = None,
    reason: str = "",
) -> Action:
    """Every field as the draft has it. The same values are no change.

    Another way of proof begins anew: of an action that is done, only what happens from now on proves it.
    Raises NotFound, Forbidden, Invalid, Conflict: what is closed is opened again first.
    """
    with transaction.atomic():
        row = held(caller=caller, number=number, expected_revision=expected_revision)
        if State(row.state) in CLOSED:
            raise Conflict(f"it is {State(row.state).words}: open it again before you change it", reason="wrong_state")
        check(caller=caller, team_id=row.team_id, draft=draft, stored=row)
        before, fields = _audited(row), draft.fields()
        was_proven_by = _proof_of(row)
        for name, value in fields.items():
            setattr(row, name, value)
        if before["owner"] != row.owner_id:
            fields["owner_name"] = row.owner_name = _name_of(row.owner_id)
        changes = audit.changes_between(old=before, new=_audited(row))
        if not changes:
            return row
        extra: tuple[str, ...] = ()
        if row.state == State.DONE and _proof_of(row) != was_proven_by:
            row.done_at, row.proof_text = now, ""
            extra = ("done_at", "proof_text")
        save(caller=caller, row=row, now=now, fields=(*fields, *extra))
        words = ", ".join(_words(name) for name in changes)
        note(caller=caller, row=row, kind=Kind.EDIT, text=f"Changed: {words}.", now=now)
        tell(caller=caller, row=row, verb="update", changes=changes, reason=reason, now=now)
        scheduling.remind(row=row, now=now)
        scheduling.prove(row=row, now=now)
    return row


def add_note(*, caller: Caller, number: int, text: str, now: datetime) -> ActionNote:
    """How it goes. Raises NotFound, Forbidden, Invalid, Conflict when there are too many."""
    words = check_words(field="text", text=text, most=NOTE_MAX, needed="write how it goes")
    with transaction.atomic():
        row = held(caller=caller, number=number)
        if row.notes.count() >= settings.ACTION_NOTES_MAX:
            raise Conflict("it has as many notes as it may: make a new action of what is left", reason="too_many")
        written = note(caller=caller, row=row, kind=Kind.NOTE, text=words, now=now)
        tell(caller=caller, row=row, verb="note", now=now)
    return written


def draft_of(row: Action) -> ActionDraft:
    """A stored action as a draft, such as to change one field of it."""
    return ActionDraft(**{name: getattr(row, name) for name in ActionDraft.__dataclass_fields__})


def _proof_of(row: Action) -> tuple[Any, ...]:
    return (row.proof, row.experiment_id, row.slo_id, row.slo_days, row.checker_id)


def _name_of(user_id: int | None) -> str:
    return "" if user_id is None else str(User.objects.get(pk=user_id))[:160]


def _require_room(team_id: int) -> None:
    most = settings.ACTIONS_PER_TEAM_MAX
    if Action.objects.filter(team_id=team_id).exclude(state__in=[one.value for one in CLOSED]).count() >= most:
        raise Conflict(f"the team has {most:,} actions that are not closed: close some first", reason="too_many")


_AUDITED = ("title", "text", "kind", "priority", "tracker_url", "proof", "slo_days", "check_text")
_WORDS = {
    "owner": "who does it",
    "due_on": "when it is due",
    "tracker_url": "the tracker link",
    "text": "the description",
    "proof": "how it is proven",
    "slo_days": "for how many days",
    "check_text": "what is checked",
    "checker": "who checks it",
    "slo": "the objective",
}


def _words(name: str) -> str:
    return _WORDS.get(name, f"the {name}")


def _audited(row: Action) -> dict[str, Any]:
    ids = ("owner", "service", "incident", "experiment", "slo", "checker")
    due = row.due_on.isoformat() if row.due_on else None
    values = {name: getattr(row, name) for name in _AUDITED}
    proofs = Proof(row.proof)
    return {**values, "proof": proofs.value, "due_on": due, **{name: getattr(row, f"{name}_id") for name in ids}}
