"""Excluding periods from an objective, or from all objectives of a service."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from reliability.catalog.models import Service
from reliability.kit.instants import format_instant
from reliability.kit.periods import Period
from reliability.web.errors import Conflict
from slo.models import Exclusion, Slo, SloStatus
from slo.services import editing, evaluations

LENGTH_MAX = timedelta(days=366)
# An excluded service has few objectives; should it have very many, the next minute evaluates the rest.
_EVALUATED_AT_ONCE = 200


def create(
    *,
    caller: Caller,
    period: Period,
    reason: str,
    now: datetime,
    effect: str = Exclusion.Effect.EXCLUDED,
    slo: Slo | None = None,
    service: Service | None = None,
) -> Exclusion:
    """Exclude *period* (or count it as up) for exactly one of *slo* and *service*; statuses are evaluated at once.

    Every minute the period touches is affected. Raises Invalid (no reason given, an empty period, longer than a
    year), Forbidden.
    """
    owner = slo or service
    if owner is None or (slo is not None and service is not None):
        raise TypeError("an exclusion belongs to one SLO or to one service")
    editing.require_editor(caller=caller, team_ids=[owner.team_id])
    editing.refuse(_mistakes(period=period, reason=reason, effect=effect))
    with transaction.atomic():
        exclusion = Exclusion.objects.create(
            team_id=owner.team_id,
            slo=slo,
            service=service,
            start_at=period.start,
            end_at=period.end,
            effect=effect,
            reason=reason.strip(),
            author_name=caller.name[:160],
        )
        _record(caller, "exclusion.create", exclusion, now, reason)
        _evaluate(exclusion, now)
    return exclusion


def revoke(*, caller: Caller, exclusion: Exclusion, now: datetime, reason: str = "") -> Exclusion:
    """Let the period count again. The row stays, marked. Raises Conflict when already revoked."""
    editing.require_editor(caller=caller, team_ids=[exclusion.team_id])
    with transaction.atomic():
        if not Exclusion.objects.filter(pk=exclusion.pk, revoked_at=None).update(revoked_at=now):
            raise Conflict("this exclusion has been revoked already", reason="revoked_already")
        exclusion.refresh_from_db()
        _record(caller, "exclusion.revoke", exclusion, now, reason)
        _evaluate(exclusion, now)
    return exclusion


def _mistakes(*, period: Period, reason: str, effect: str) -> list[tuple[str, str]]:
    mistakes = []
    if period.is_empty:
        mistakes.append(("end", "must be later than the start"))
    if period.length > LENGTH_MAX:
        mistakes.append(("end", "must be at most a year after the start"))
    if not reason.strip():
        mistakes.append(("reason", "is needed: people will ask why these minutes do not count"))
    if effect not in Exclusion.Effect.values:
        mistakes.append(("effect", f"must be one of {', '.join(Exclusion.Effect.values)}"))
    return mistakes


def _evaluate(exclusion: Exclusion, now: datetime) -> None:
    ids: list[int] = [exclusion.slo_id] if exclusion.slo_id is not None else []
    if exclusion.service_id is not None:
        of_service = Slo.objects.filter(service_id=exclusion.service_id).order_by("pk")
        ids = list(of_service.values_list("pk", flat=True))
    SloStatus.objects.filter(slo_id__in=ids).update(sparkline_at=None)
    evaluations.evaluate(slo_ids=ids[:_EVALUATED_AT_ONCE], now=now)


def _record(caller: Caller, action: str, exclusion: Exclusion, now: datetime, reason: str) -> None:
    owner = exclusion.slo or exclusion.service
    is_new = exclusion.revoked_at is None
    values = {
        "start_at": format_instant(exclusion.start_at),
        "end_at": format_instant(exclusion.end_at),
        "effect": exclusion.effect,
    }
    audit.record(
        caller=caller,
        action=action,
        object_kind="exclusion",
        object_name=owner.name if owner else "",
        team_id=exclusion.team_id,
        now=now,
        changes={name: [None, value] if is_new else [value, None] for name, value in values.items()},
        reason=reason,
    )
