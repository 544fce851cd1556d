"""What a maintenance makes in other rooms, by their services: exclusions of objectives, silences of alerts.

They follow the maintenance: moved, they move; cancelled before it began, they are taken back; ended early, they end.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from incidents.intake.models import Silence
from incidents.intake.services import silences
from incidents.intake.services.silences import Wanted
from incidents.status_page.models import Maintenance, MaintenanceEffect, StatusPage
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.kit.periods import Period
from slo.models import Exclusion, Slo
from slo.services import exclusions


def sync(*, caller: Caller, maintenance: Maintenance, now: datetime) -> None:
    """Bring them to what the maintenance asks for now. In its transaction.

    What is new is made in the caller's name, who needs the role of that room (editor of the objective, responder of
    the service); what is taken back is taken back for whoever may end the maintenance. Raises Forbidden, Invalid.
    """
    period = _period(maintenance)
    live = list(maintenance.effects.filter(removed_at=None).select_related("exclusion", "silence").order_by("pk"))
    slos = _slos(maintenance) if maintenance.excludes_budget and period else []
    services = _services(maintenance) if maintenance.silences_alerts and period else []
    excluded, silenced = set(), set()
    trimmed: set[int] = set()
    for effect in live:
        if effect.exclusion is not None and period and _fits(effect.exclusion, period, [one.pk for one in slos]):
            excluded.add(effect.exclusion.slo_id)
        elif effect.silence is not None and period and _is_same(effect.silence, period, [one.pk for one in services]):
            silenced.add(effect.silence.service_id)
        else:
            if effect.exclusion is not None and effect.exclusion.slo_id is not None:
                trimmed.add(effect.exclusion.slo_id)
            _take_back(effect, caller=_whoever(caller), now=now)
    if period is None:
        return
    reason = f"Maintenance: {maintenance.title}"
    for slo in slos:
        if slo.pk not in excluded:
            made = exclusions.create(
                caller=_whoever(caller) if slo.pk in trimmed else caller, period=period, reason=reason, slo=slo, now=now
            )
            MaintenanceEffect.objects.create(maintenance=maintenance, exclusion=made)
    for service in services:
        if service.pk not in silenced and period.end > now:
            wanted = Wanted(start_at=period.start, end_at=period.end, reason=reason, service=service)
            quiet = silences.create(caller=caller, team=service.team, wanted=wanted, now=now)
            MaintenanceEffect.objects.create(maintenance=maintenance, silence=quiet)


def take_back_all(*, page: StatusPage, caller: Caller, now: datetime) -> None:
    """Of every maintenance of a page that is deleted, if it is not over yet."""
    rows = MaintenanceEffect.objects.filter(maintenance__page=page, maintenance__completed_at=None, removed_at=None)
    for effect in rows.select_related("exclusion", "silence").order_by("pk"):
        _take_back(effect, caller=_whoever(caller), now=now)


def _period(maintenance: Maintenance) -> Period | None:
    """What is excluded and silenced; None: it was cancelled before it began, or ended as it did."""
    start = min(maintenance.starts_at, maintenance.began_at or maintenance.starts_at)
    if maintenance.completed_at is None:
        return Period(start, maintenance.ends_at)
    if maintenance.began_at is None or maintenance.completed_at <= start:
        return None
    return Period(start, min(maintenance.completed_at, max(maintenance.ends_at, maintenance.completed_at)))


def _slos(maintenance: Maintenance) -> list[Slo]:
    """Of the components; of one without objectives all those of its service."""
    found: dict[int, Slo] = {}
    for component in maintenance.components.order_by("pk").prefetch_related("slos"):
        slos = list(component.slos.all())
        if not slos and component.service_id is not None:
            slos = list(Slo.objects.filter(service_id=component.service_id).order_by("pk"))
        found |= {one.pk: one for one in slos}
    return list(found.values())


def _services(maintenance: Maintenance) -> list[Service]:
    ids = maintenance.components.filter(service__isnull=False).values_list("service_id", flat=True)
    return list(Service.objects.select_related("team").filter(pk__in=set(ids)).order_by("pk"))


def _fits(exclusion: Exclusion, period: Period, slo_ids: list[int]) -> bool:
    same = (exclusion.start_at, exclusion.end_at) == (period.start, period.end)
    return same and exclusion.revoked_at is None and exclusion.slo_id in slo_ids


def _is_same(silence: Silence, period: Period, service_ids: list[int]) -> bool:
    same = (silence.start_at, silence.end_at) == (period.start, period.end)
    return same and silence.revoked_at is None and silence.service_id in service_ids


def _take_back(effect: MaintenanceEffect, *, caller: Caller, now: datetime) -> None:
    """What somebody ended by hand stays ended."""
    if effect.exclusion is not None and effect.exclusion.revoked_at is None:
        exclusions.revoke(caller=caller, exclusion=effect.exclusion, now=now, reason="the maintenance changed")
    if effect.silence is not None and effect.silence.revoked_at is None and effect.silence.end_at > now:
        silences.expire(caller=caller, silence=effect.silence, now=now)
    effect.removed_at = now
    effect.save(update_fields=("removed_at",))


def _whoever(caller: Caller) -> Caller:
    """In the same name: who may end a maintenance may end what it made."""
    return replace(caller, is_administrator=True)
