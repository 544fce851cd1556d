"""Done, or skipped with a reason: an occurrence ends once, and the next is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.duties.domain.drafts import MINUTES_MAX, NOTE_MAX, url_mistake
from reliability.duties.domain.kinds import Outcome
from reliability.duties.domain.recurring import next_due
from reliability.duties.models import Duty, DutyEntry
from reliability.duties.services.duties import held, record, set_reminder
from reliability.web.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """note: of a skipped one: why. minutes: how long it took. for_due_at: the occurrence that was looked at; None:
    whichever is open."""

    note: str = ""
    evidence_url: str = ""
    minutes: int | None = None
    for_due_at: datetime | None = None


def done(*, caller: Caller, duty: Duty, draft: EntryDraft, now: datetime) -> DutyEntry:
    """By responders of the team. Raises NotFound, Forbidden, Invalid, Conflict when somebody was quicker."""
    return _end(caller, duty, Outcome.DONE, draft, now)


def skip(*, caller: Caller, duty: Duty, draft: EntryDraft, now: datetime) -> DutyEntry:
    """This once, with a reason. Raises as done."""
    return _end(caller, duty, Outcome.SKIPPED, draft, now)


@transaction.atomic
def _end(caller: Caller, duty: Duty, outcome: Outcome, draft: EntryDraft, now: datetime) -> DutyEntry:
    row = held(caller=caller, duty=duty, role=Role.RESPONDER)
    _check(draft, outcome)
    if draft.for_due_at is not None and draft.for_due_at != row.due_at:
        raise _taken(row)
    entry = DutyEntry.objects.create(
        duty=row,
        outcome=outcome.value,
        for_due_at=row.due_at,
        at=now,
        by_id=caller.user_id,
        by_name=caller.name[:160],
        note=draft.note.strip(),
        evidence_url=draft.evidence_url.strip(),
        minutes=draft.minutes,
    )
    before, row.due_at = (
        row.due_at,
        _free(row, next_due(rule=row.rule, due_at=row.due_at, ended_at=now, outcome=outcome)),
    )
    row.revision += 1
    row.updated_at, row.updated_by_name = now, caller.name[:160]
    row.save(update_fields=("due_at", "revision", "updated_at", "updated_by_name"))
    changes: dict[str, list[Any]] = {
        "due_at": [before.isoformat(), row.due_at.isoformat()],
        "outcome": [None, outcome.value],
    }
    record(caller=caller, verb=outcome.value, row=row, now=now, changes=changes, reason=entry.note[:500])
    set_reminder(row=row, now=now)
    return entry


def _free(row: Duty, at: datetime) -> datetime:
    """An occurrence that ended before does not come again, such as after the rule was changed to and fro."""
    while row.entries.filter(for_due_at=at).exists():
        at = next_due(rule=row.rule, due_at=at, ended_at=at, outcome=Outcome.SKIPPED)
    return at


def _taken(row: Duty) -> Conflict:
    last = row.entries.order_by("-at", "-pk").first()
    what = f"{last.by_name} wrote it down as {last.outcome}" if last is not None else "somebody changed when it is due"
    when = f"{row.due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return Conflict(f"{what} after you opened it: it is due next on {when}", reason="changed_meanwhile")


def _check(draft: EntryDraft, outcome: Outcome) -> None:
    details = []
    if outcome is Outcome.SKIPPED and not draft.note.strip():
        details.append({"field": "note", "message": "say why it is left out this once: the reason stands in its log"})
    if len(draft.note) > NOTE_MAX or "\0" in draft.note:
        details.append({"field": "note", "message": f"has at most {NOTE_MAX:,} characters, all of which can be stored"})
    if mistake := url_mistake(draft.evidence_url):
        details.append({"field": "evidence_url", "message": mistake})
    if draft.minutes is not None and not 0 <= draft.minutes <= MINUTES_MAX:
        details.append({"field": "minutes", "message": f"is a number of minutes from 0 to {MINUTES_MAX:,}"})
    if details:
        raise Invalid(details=details)
