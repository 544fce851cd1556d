"""Deciding whether a service is ready. Editors of its team; every answer is frozen with the decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from reliability.access.domain.caller import SYSTEM, Caller, Role
from reliability.access.services.authorize import require
from reliability.catalog.models import Service
from reliability.readiness.domain import bounds
from reliability.readiness.domain.frozen import frozen_of
from reliability.readiness.domain.standing import Tally, Verdict
from reliability.readiness.models import Review
from reliability.readiness.selectors.standings import readiness_of
from reliability.readiness.services.recording import ends_of_day_after, remind_of, tell
from reliability.web.errors import Conflict, Forbidden, Invalid


def decide(
    *,
    caller: Caller,
    service: Service,
    verdict: Verdict,
    reason: str,
    good_days: int | None = None,
    now: datetime,
) -> Review:
    """Decide with what is known at *now*. good_days: how long it holds; None: as the checklist says.

    "Ready" only when everything that is required is met; with exceptions a person may let it go, and says why.
    Raises NotFound, Forbidden (an editor, in person), Invalid, Conflict.
    """
    require(caller=caller, team_id=service.team_id, role=Role.EDITOR)
    if caller.user_id is None and caller is not SYSTEM:
        raise Forbidden("a review is a person's decision: sign in to take it, a token cannot", reason="not_a_person")
    words = reason.strip()
    # Everything that was true is frozen; who reads it later is shown what they may see.
    found = readiness_of(caller=SYSTEM, services=[service], now=now)[0]
    _check(verdict, words, good_days, found.tally)
    expires_at = ends_of_day_after(days=good_days or found.checklist.review_days, start=now)
    with transaction.atomic():
        if Review.objects.filter(service=service).count() >= bounds.REVIEWS_MAX:
            raise Conflict(f"{bounds.REVIEWS_MAX} reviews of a service are kept: it has them all", reason="too_many")
        row = Review.objects.create(
            service=service,
            verdict=verdict.value,
            reason=words,
            decided_at=now,
            expires_at=expires_at,
            author_id=caller.user_id,
            author_name=caller.name[:160],
            tier=service.tier,
            checklist_version=found.checklist.version,
            required=found.tally.required,
            met=found.tally.met,
            waived=found.tally.waived,
            answers=frozen_of(found.items),
        )
        missing = [one.item.slug for one in found.missing]
        changes: dict[str, list[Any]] = {"verdict": [None, verdict.value], "missing": [None, missing]}
        tell(caller=caller, action="reviewed", service=service, now=now, changes=changes, reason=words)
        remind_of(subject=f"review:{row.pk}", service=service, expires_at=expires_at, now=now)
    return row


def _check(verdict: Verdict, reason: str, good_days: int | None, tally: Tally) -> None:
    found: list[dict[str, Any]] = []
    if not reason or len(reason) > bounds.REASON_MAX:
        message = f"say in 1 to {bounds.REASON_MAX:,} characters what the decision rests on"
        found.append({"field": "reason", "message": message})
    if good_days is not None and not 1 <= good_days <= bounds.REVIEW_DAYS_MAX:
        found.append({"field": "good_days", "message": f"is 1 to {bounds.REVIEW_DAYS_MAX:,} days"})
    if verdict is Verdict.READY and tally.verdict is not Verdict.READY:
        open_ones = f"{tally.missing} required {'item is' if tally.missing == 1 else 'items are'} missing"
        let_off = f"{tally.waived} {'is' if tally.waived == 1 else 'are'} waived"
        why = " and ".join(words for words, n in ((open_ones, tally.missing), (let_off, tally.waived)) if n)
        message = f"{why}: choose “ready with exceptions” and say why they may wait, or “not ready”"
        found.append({"field": "verdict", "message": message})
    if found:
        raise Invalid(details=found)
