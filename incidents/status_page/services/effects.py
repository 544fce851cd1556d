"""What a maintenance makes in other rooms, by their services: exclusions of objectives, silences of alerts.

They follow the maintenance: moved, they move; cancelled before it began, they are taken back; ended early, they end.
Only what was announced is excluded: begun early or ended late, the rest spends budget until somebody who may exclude it
moves the announcement.
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

    What is new, or for longer, or at other times, is made in the caller's name, who needs the role of that room (editor
    of the objective, responder of the service); what is taken back or cut is so for whoever may end the maintenance.
    Raises Forbidden, Invalid.
    """
    live = list(maintenance.effects.filter(removed_at=None).select_related("exclusion", "silence").order_by("pk"))
    _exclude(caller, maintenance, [one for one in live if one.exclusion is not None], now)
    _silence(caller, maintenance, [one for one in live if one.silence is not None], now)


def _exclude(caller: Caller, maintenance: Maintenance, live: list[MaintenanceEffect], now: datetime) -> None:
    period = _announced(maintenance) if maintenance.excludes_budget else None
    slos = _slos(maintenance) if period else []
    known, former = set(), {}
    for effect in live:
        exclusion = effect.exclusion
        if exclusion is None or exclusion.slo_id is None:
            continue
        # What somebody ended by hand stays ended.
        if exclusion.revoked_at is not None or (period and _fits(exclusion, period, slos)):
            known.add(exclusion.slo_id)
        else:
            former[exclusion.slo_id] = Period(exclusion.start_at, exclusion.end_at)
            _take_back(effect, caller=_whoever(caller), now=now)
    for slo in slos:
        if period is not None and slo.pk not in known:
            by = _whoever(caller) if _holds(former.get(slo.pk), period) else caller
            made = exclusions.create(caller=by, period=period, reason=_reason(maintenance), slo=slo, now=now)
            MaintenanceEffect.objects.create(maintenance=maintenance, exclusion=made)


def _silence(caller: Caller, maintenance: Maintenance, live: list[MaintenanceEffect], now: datetime) -> None:
    period = _period(maintenance) if maintenance.silences_alerts else None
    services = _services(maintenance) if period else []
    known = set()
    for effect in live:
        silence = effect.silence
        if silence is None:
            continue
        if silence.revoked_at is not None or (period and _is_same(silence, period, [one.pk for one in services])):
            known.add(silence.service_id)
        else:
            _take_back(effect, caller=_whoever(caller), now=now)
    for service in services:
        if period is not None and service.pk not in known and period.end > now:
            wanted = Wanted(start_at=period.start, end_at=period.end, reason=_reason(maintenance), service=service)
            quiet = silences.create(caller=caller, team=service.team, wanted=wanted, now=now)
            MaintenanceEffect.objects.create(maintenance=maintenance, silence=quiet)


def _reason(maintenance: Maintenance) -> str:
    return f"Maintenance: {maintenance.title}"


def take_back_all(*, page: StatusPage, caller: Caller, now: datetime) -> None:
    """Of every maintenance of a page that is deleted, if it is not over yet."""
    rows = MaintenanceEffect.objects.filter(maintenance__page=page, maintenance__completed_at=None, removed_at=None)
    for effect in rows.select_related("exclusion", "silence").order_by("pk"):
        _take_back(effect, caller=_whoever(caller), now=now)


def _announced(maintenance: Maintenance) -> Period | None:
    """What is excluded; None: it did not take place while it was announced."""
    start, end = maintenance.starts_at, maintenance.ends_at
    if maintenance.completed_at is not None:
        end = min(end, maintenance.completed_at) if maintenance.began_at is not None else start
    return Period(start, end) if start < end else None


def _holds(former: Period | None, period: Period) -> bool:
    return former is not None and former.start <= period.start and period.end <= former.end


def _period(maintenance: Maintenance) -> Period | None:
    """What is silenced; None: it was cancelled before it began, or ended as it did."""
    start = min(maintenance.starts_at, maintenance.began_at or maintenance.starts_at)
    if maintenance.completed_at is None:
        return Period(start, maintenance.ends_at)
    if maintenance.began_at is None or maintenance.completed_at <= start:
        return None
    return Period(start, maintenance.completed_at)


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


def _fits(exclusion: Exclusion, period: Period, slos: list[Slo]) -> bool:
    same = (exclusion.start_at, exclusion.end_at) == (period.start, period.end)
    return same and exclusion.revoked_at is None and exclusion.slo_id in {one.pk for one in slos}


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
