"""Reading silences: the ones in force for the pipeline, lists for people."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q, QuerySet

from incidents.intake.domain.silences import SilenceRule, matchers_of
from incidents.intake.models import Silence
from reliability.access.domain.caller import Caller
from reliability.web.errors import NotFound


def rules_in_force(*, team_id: int, now: datetime) -> tuple[SilenceRule, ...]:
    """What the team silences at *now*, the oldest first. One query."""
    rows = in_force(Silence.objects.filter(team_id=team_id), now=now).order_by("pk")
    return tuple(
        SilenceRule(
            silence_id=row.pk,
            reason=row.reason,
            matchers=matchers_of(row.matchers),
            service_id=row.service_id,
            integration_id=row.integration_id,
            end_at=row.end_at,
        )
        for row in rows
    )


def in_force(silences: QuerySet[Silence], *, now: datetime) -> QuerySet[Silence]:
    return silences.filter(start_at__lte=now, end_at__gt=now, revoked_at=None)


def list_silences(*, caller: Caller, state: str = "", team: str = "", now: datetime) -> QuerySet[Silence]:
    """The readable silences with their team, service and integration; state: active, planned or over."""
    silences: QuerySet[Silence] = Silence.objects.readable_by(caller).select_related("team", "service", "integration")
    if team:
        silences = silences.filter(team__slug=team)
    if state == "active":
        silences = in_force(silences, now=now)
    elif state == "planned":
        silences = silences.filter(start_at__gt=now, revoked_at=None)
    elif state == "over":
        silences = silences.filter(Q(end_at__lte=now) | Q(revoked_at__isnull=False))
    return silences.order_by(F("end_at").desc(), "-pk")


def silence(*, caller: Caller, silence_id: int) -> Silence:
    """One readable silence. Raises NotFound, for private ones of other teams, too."""
    found: Silence | None = (
        Silence.objects.readable_by(caller)
        .select_related("team", "service", "integration")
        .filter(pk=silence_id)
        .first()
    )
    if found is None:
        raise NotFound(f"there is no silence {silence_id}, or it is not yours to see")
    return found


def state_of(silence: Silence, *, now: datetime) -> str:
    """active, planned or over."""
    if silence.revoked_at is not None or silence.end_at <= now:
        return "over"
    return "planned" if silence.start_at > now else "active"
