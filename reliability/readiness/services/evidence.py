"""Giving evidence, looking at somebody else's, taking it back. Responders of the service's team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import ApiToken
from reliability.access.services.authorize import require
from reliability.catalog.domain.link import url_mistake
from reliability.catalog.models import Service
from reliability.outbox.services import due
from reliability.readiness.domain import bounds
from reliability.readiness.domain.items import Item, Kind
from reliability.readiness.models import Evidence
from reliability.readiness.selectors.checklists import checklist_of
from reliability.readiness.services.due_kinds import EXPIRY
from reliability.readiness.services.recording import ends_of_day_after, remind_of, shortened, tell
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound

_EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class EvidenceDraft:
    """happened_on: the day that it tells of, such as that of the load test; None: today."""

    text: str
    url: str = ""
    happened_on: date | None = None


def give(*, caller: Caller, service: Service, item: str, draft: EvidenceDraft, now: datetime) -> Evidence:
    """New evidence, which stands instead of any before. Expires as the checklist says now.

    Raises NotFound, Forbidden (responders), Invalid with every mistake, Conflict for an item that is proven, or off.
    """
    require(caller=caller, team_id=service.team_id, role=Role.RESPONDER)
    asked = item_to_answer(service=service, slug=item)
    day = draft.happened_on or now.astimezone(UTC).date()
    _check(draft, day, now)
    expires_at = None
    if asked.expires_days is not None:
        expires_at = ends_of_day_after(days=asked.expires_days, start=datetime.combine(day, time(), UTC))
    with transaction.atomic():
        if Evidence.objects.filter(service=service, item=asked.slug).count() >= bounds.EVIDENCE_PER_ITEM_MAX:
            message = f"{bounds.EVIDENCE_PER_ITEM_MAX} pieces of evidence are kept of an item: this one has them all"
            raise Conflict(message, reason="too_many")
        row = Evidence.objects.create(
            service=service,
            item=asked.slug,
            text=draft.text.strip(),
            url=draft.url.strip(),
            happened_on=day,
            created_at=now,
            expires_at=expires_at,
            author_id=caller.user_id,
            author_name=caller.name[:160],
            token_author_id=_maker_of_token(caller),
        )
        changes = {"text": [None, shortened(row.text)], "url": [None, row.url], "date": [None, day.isoformat()]}
        tell(caller=caller, action="evidence_given", service=service, item=item, now=now, changes=changes)
        remind_of(subject=f"evidence:{row.pk}", service=service, expires_at=expires_at, now=now)
    return row


def review(*, caller: Caller, service: Service, pk: int, now: datetime) -> Evidence:
    """Say that one has looked at it and found it so. A responder in person, and not who gave it.

    Raises NotFound, Forbidden, Conflict when it was reviewed or taken back already.
    """
    with transaction.atomic():
        row = _locked(caller=caller, service=service, pk=pk)
        if not may_review(caller=caller, row=row):
            message = "a review is somebody else's: whoever gave the evidence, or made the token that did, cannot"
            raise Forbidden(message, reason="own_evidence")
        if row.reviewed_at is not None:
            raise Conflict(f"{row.reviewer_name} has reviewed it already", reason="reviewed")
        row.reviewer_id, row.reviewer_name, row.reviewed_at = caller.user_id, caller.name[:160], now
        row.save(update_fields=("reviewer", "reviewer_name", "reviewed_at"))
        changes: dict[str, list[Any]] = {"evidence": [None, row.pk], "reviewer": [None, row.reviewer_name]}
        tell(caller=caller, action="evidence_reviewed", service=service, item=row.item, now=now, changes=changes)
    return row


def withdraw(*, caller: Caller, service: Service, pk: int, reason: str, now: datetime) -> Evidence:
    """Take it back: what was given before stands again. Raises NotFound, Forbidden, Invalid, Conflict."""
    words = reason.strip()
    if not words or len(words) > bounds.REASON_MAX:
        message = f"say in 1 to {bounds.REASON_MAX:,} characters what is wrong with it"
        raise Invalid(details=[{"field": "reason", "message": message}])
    with transaction.atomic():
        row = _locked(caller=caller, service=service, pk=pk)
        row.withdrawn_at, row.withdrawn_by_name, row.withdrawn_reason = now, caller.name[:160], words
        row.save(update_fields=("withdrawn_at", "withdrawn_by_name", "withdrawn_reason"))
        changes = {"evidence": [row.pk, None]}
        tell(
            caller=caller,
            action="evidence_withdrawn",
            service=service,
            item=row.item,
            now=now,
            changes=changes,
            reason=words,
        )
        due.cancel(kind=EXPIRY, key=f"evidence:{row.pk}")
    return row


def may_review(*, caller: Caller, row: Evidence) -> bool:
    """What a page asks before it shows the button, besides the role."""
    return caller.user_id is not None and caller.user_id not in (row.author_id, row.token_author_id)


def item_to_answer(*, service: Service, slug: str) -> Item:
    """The item, if people answer it. Raises NotFound, Conflict."""
    found = checklist_of(team=service.team).item(slug)
    if found.kind is Kind.PROOF:
        raise Conflict(f"the system proves {found.title!r} by itself: no evidence is asked for", reason="proven")
    if found.off:
        raise Conflict(f"{found.title!r} is switched off: {found.off}", reason="switched_off")
    return found


def _locked(*, caller: Caller, service: Service, pk: int) -> Evidence:
    require(caller=caller, team_id=service.team_id, role=Role.RESPONDER)
    row = Evidence.objects.select_for_update().filter(service=service, pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise NotFound(f"{service.name} has no evidence {pk}")
    if row.withdrawn_at is not None:
        raise Conflict(f"{row.withdrawn_by_name} has taken it back already", reason="withdrawn")
    return row


def _check(draft: EvidenceDraft, day: date, now: datetime) -> None:
    found: list[dict[str, Any]] = []
    text = draft.text.strip()
    if not text or len(text) > bounds.TEXT_MAX:
        message = f"say in 1 to {bounds.TEXT_MAX:,} characters what was done and what came of it"
        found.append({"field": "text", "message": message})
    mistake = url_mistake(draft.url.strip()) if draft.url.strip() else None
    if mistake:
        found.append({"field": "url", "message": mistake})
    if not _EARLIEST <= day <= now.astimezone(UTC).date():
        found.append(
            {"field": "happened_on", "message": "the day lies in the past, not before 2000, or is today (UTC)"}
        )
    if found:
        raise Invalid(details=found)


def _maker_of_token(caller: Caller) -> int | None:
    if caller.token_id is None:
        return None
    return ApiToken.objects.filter(pk=caller.token_id).values_list("created_by_id", flat=True).first()
