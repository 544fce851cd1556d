"""A team's own words for an audience and a kind of event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from incidents.stakeholders.domain import bounds
from incidents.stakeholders.domain.kinds import Audience, EventKind
from incidents.stakeholders.domain.wording import mistakes_of
from incidents.stakeholders.models import Wording
from incidents.stakeholders.services.changing import trail
from reliability.access.domain.caller import Caller, Role
from reliability.access.services import audit
from reliability.access.services.authorize import require
from reliability.web.errors import Conflict, Invalid


def put(
    *,
    caller: Caller,
    team_id: int,
    audience: Audience,
    kind: EventKind,
    subject: str,
    text: str,
    is_automatic: bool,
    now: datetime,
    expected_revision: int | None,
) -> Wording:
    """Write them, the first time or anew. expected_revision: 0 when none were stored.

    Raises NotFound, Forbidden (editors of the team), Invalid with each field, Conflict when somebody was quicker.
    """
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    subject, text = " ".join(subject.split()), text.strip()
    check(subject=subject, text=text)
    try:
        with transaction.atomic():
            row = _held(team_id, audience, kind)
            if expected_revision is not None and expected_revision != (row.revision if row else 0):
                raise _changed()
            before = _audited(row)
            if row is None:
                row = Wording(team_id=team_id, audience=audience.value, kind=kind.value, revision=0)
            row.subject, row.text, row.is_automatic = subject, text, is_automatic
            changes = audit.changes_between(old=before, new=_audited(row))
            if changes:
                row.revision += 1
                row.updated_at, row.updated_by_name = now, caller.name[:160]
                row.save()
                _trail(caller, "put", row, now, changes)
    except IntegrityError as error:
        raise _changed() from error
    return row


def reset(*, caller: Caller, team_id: int, audience: Audience, kind: EventKind, now: datetime) -> None:
    """Back to the words that everybody begins with. Twice is once. Raises NotFound, Forbidden."""
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    with transaction.atomic():
        row = _held(team_id, audience, kind)
        if row is not None:
            _trail(caller, "reset", row, now, {name: [value, None] for name, value in _audited(row).items()})
            row.delete()


def check(*, subject: str, text: str) -> None:
    """Raises Invalid with every mistake at its field."""
    texts = {"subject": subject, "text": text}
    details = bounds.too_long(texts=texts, most={"subject": bounds.SUBJECT_MAX, "text": bounds.TEXT_MAX})
    for field, value in texts.items():
        if not value.strip():
            details.append({"field": field, "message": "write what they are told"})
        details += [{"field": field, "message": mistake} for mistake in mistakes_of(value)]
    if details:
        raise Invalid(details=details)


def _held(team_id: int, audience: Audience, kind: EventKind) -> Wording | None:
    rows = Wording.objects.select_for_update(of=("self",))
    return rows.filter(team_id=team_id, audience=audience.value, kind=kind.value).first()


def _audited(row: Wording | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {"subject": row.subject, "text": row.text, "is_automatic": row.is_automatic}


def _changed() -> Conflict:
    return Conflict(
        "somebody changed these words after you opened them: look at theirs and save again", reason="changed_meanwhile"
    )


def _trail(caller: Caller, verb: str, row: Wording, now: datetime, changes: dict[str, list[Any]]) -> None:
    name = f"{Audience(row.audience).words}: {EventKind(row.kind).words}"
    trail(
        caller=caller,
        action=f"stakeholder_wording.{verb}",
        name=name,
        team_id=row.team_id,
        now=now,
        changes=changes,
    )
