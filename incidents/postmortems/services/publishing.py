"""Publishing a postmortem, taking it back, and who has read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from incidents.postmortems.domain.states import State
from incidents.postmortems.models import Postmortem, ReadReceipt
from incidents.postmortems.selectors.postmortems import postmortem as get_postmortem
from incidents.postmortems.services import reminding
from incidents.postmortems.services.changing import Change, changed, checked_text, locked
from incidents.postmortems.services.due_kinds import POSTMORTEM_PUBLISHED
from reliability.access.domain.caller import Caller
from reliability.kit.instants import format_instant
from reliability.outbox.services import facts
from reliability.web.errors import Conflict, Forbidden

REASON_MAX = 500
SUMMARY_MAX = 2_000
_FIELDS = ("state", "published_at", "published_by_name", "is_published_to_organisation")


@transaction.atomic
def publish(*, caller: Caller, postmortem: Postmortem, is_for_organisation: bool = True, now: datetime) -> Postmortem:
    """An approved one. is_for_organisation: every signed-in person reads it; else the team only.

    Of a published one only who reads it changes; that the organisation does now is told as a publication is. Raises
    NotFound, Forbidden, Conflict when nobody approved it.
    """
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    if row.state not in (State.APPROVED, State.PUBLISHED):
        raise Conflict(
            f"it is {State(row.state).words}: ask for a review, it is published once approved", reason="not_approved"
        )
    if row.state == State.PUBLISHED and row.is_published_to_organisation == is_for_organisation:
        return row
    before, is_new = row.state, row.state != State.PUBLISHED
    row.state, row.is_published_to_organisation = State.PUBLISHED.value, is_for_organisation
    if is_new:
        row.published_at, row.published_by_name = now, caller.name[:160]
    note = "for the organisation" if is_for_organisation else "for the team"
    change = Change("state", "Published", before, row.state, note=note)
    changed(caller=caller, postmortem=row, changes=[change], now=now, fields=_FIELDS)
    if is_new or is_for_organisation:
        payload = _told(row, is_for_organisation=is_for_organisation)
        facts.emit(kind=POSTMORTEM_PUBLISHED, payload=payload, team_id=row.team_id, now=now)
    return row


@transaction.atomic
def unpublish(*, caller: Caller, postmortem: Postmortem, reason: str, now: datetime) -> Postmortem:
    """Back to the draft of the team, with a reason that stays in the history. Raises NotFound, Forbidden, Invalid,
    Conflict when it is not published."""
    text = checked_text(field="reason", text=reason, most=REASON_MAX, needed="say why, for those who had read it")
    row = locked(caller=caller, postmortem_id=postmortem.pk)
    if row.state != State.PUBLISHED:
        raise Conflict("it is not published", reason="wrong_state")
    before, row.state = row.state, State.DRAFT.value
    row.published_at, row.published_by_name, row.is_published_to_organisation = None, "", False
    change = Change("state", "Taken back", before, row.state, note=text[:200])
    changed(caller=caller, postmortem=row, changes=[change], now=now, fields=_FIELDS)
    if row.incident_id is not None:
        reminding.begin(incident_id=row.incident_id, now=now)
    return row


@transaction.atomic
def opened(*, caller: Caller, postmortem: Postmortem, now: datetime) -> ReadReceipt | None:
    """Somebody looks at a published one: kept once for each person. None for drafts and for callers without a user."""
    if caller.user_id is None or postmortem.state != State.PUBLISHED:
        return None
    receipt, _ = ReadReceipt.objects.get_or_create(
        postmortem_id=postmortem.pk,
        user_id=caller.user_id,
        defaults={"revision": postmortem.revision, "opened_at": now},
    )
    return receipt


@transaction.atomic
def confirm(*, caller: Caller, number: int, now: datetime) -> ReadReceipt:
    """They say that they have read it, as it is now. Raises NotFound, Forbidden (no person), Conflict for a draft."""
    row = get_postmortem(caller=caller, number=number)
    if caller.user_id is None:
        raise Forbidden("only a person reads: a token cannot say so, sign in")
    receipt = opened(caller=caller, postmortem=row, now=now)
    if receipt is None:
        raise Conflict("it is not published yet", reason="wrong_state")
    if receipt.confirmed_at is None or receipt.revision < row.revision:
        receipt.confirmed_at, receipt.revision = now, row.revision
        receipt.save(update_fields=("confirmed_at", "revision"))
    return receipt


def _told(row: Postmortem, *, is_for_organisation: bool) -> dict[str, Any]:
    """What rooms beside this one need to tell people of it: they cannot ask here."""
    summary = row.sections.filter(slug="summary").values_list("text", flat=True).first()
    return {
        "postmortem_id": row.pk,
        "incident_id": row.incident_id,
        "team_id": row.team_id,
        "title": row.title,
        "summary": (summary or "")[:SUMMARY_MAX],
        "service_ids": list(row.services.order_by("pk").values_list("pk", flat=True)),
        "is_for_organisation": is_for_organisation,
        "published_at": format_instant(row.published_at) if row.published_at is not None else "",
    }
