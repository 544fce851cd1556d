"""Adding to or returning error budget by hand."""

from __future__ import annotations

import math
from datetime import datetime

from django.db import transaction

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.kit.instants import format_instant
from reliability.web.errors import Conflict
from slo.models import Adjustment, Slo
from slo.services import editing, evaluations

DELTA_MAX = 10.0  # ten whole budgets: beyond that somebody wrote percent


def create(*, caller: Caller, slo: Slo, at: datetime, consumed_delta: float, reason: str, now: datetime) -> Adjustment:
    """Spend (positive) or return (negative) a fraction of the whole budget in every window that holds *at*.

    Raises Invalid (no reason, not a finite number, zero, beyond ±10, in the future), Forbidden.
    """
    editing.require_editor(caller=caller, team_ids=[slo.team_id])
    editing.refuse(_mistakes(at=at, consumed_delta=consumed_delta, reason=reason, now=now))
    with transaction.atomic():
        adjustment = Adjustment.objects.create(
            slo=slo, at=at, consumed_delta=consumed_delta, reason=reason.strip(), author_name=caller.name[:160]
        )
        _record(caller, "adjustment.create", adjustment, now, reason)
        evaluations.evaluate(slo_ids=[slo.pk], now=now)
    return adjustment


def revoke(*, caller: Caller, adjustment: Adjustment, now: datetime, reason: str = "") -> Adjustment:
    """Take the adjustment back. The row stays, marked. Raises Conflict when already revoked."""
    editing.require_editor(caller=caller, team_ids=[adjustment.slo.team_id])
    with transaction.atomic():
        if not Adjustment.objects.filter(pk=adjustment.pk, revoked_at=None).update(revoked_at=now):
            raise Conflict("this adjustment has been revoked already", reason="revoked_already")
        adjustment.refresh_from_db()
        _record(caller, "adjustment.revoke", adjustment, now, reason)
        evaluations.evaluate(slo_ids=[adjustment.slo_id], now=now)
    return adjustment


def _mistakes(*, at: datetime, consumed_delta: float, reason: str, now: datetime) -> list[tuple[str, str]]:
    mistakes = []
    if not math.isfinite(consumed_delta) or consumed_delta == 0:
        mistakes.append(("consumed_delta", "must be a number other than 0: 0.1 spends a tenth of the budget"))
    elif abs(consumed_delta) > DELTA_MAX:
        mistakes.append(("consumed_delta", f"must lie between −10 and 10, got {consumed_delta:g}: 0.1 is 10 %"))
    if at > now:
        mistakes.append(("at", "must not lie in the future"))
    if not reason.strip():
        mistakes.append(("reason", "is needed: people will ask who changed the budget, and why"))
    return mistakes


def _record(caller: Caller, action: str, adjustment: Adjustment, now: datetime, reason: str) -> None:
    is_new = adjustment.revoked_at is None
    values = {"at": format_instant(adjustment.at), "consumed_delta": adjustment.consumed_delta}
    audit.record(
        caller=caller,
        action=action,
        object_kind="adjustment",
        object_name=adjustment.slo.name,
        team_id=adjustment.slo.team_id,
        now=now,
        changes={name: [None, value] if is_new else [value, None] for name, value in values.items()},
        reason=reason,
    )
