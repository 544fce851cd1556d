"""What the platform measured, kept as it was: impact, burn charts, metrics and suspects of a postmortem."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from incidents.postmortems.domain.impact import Loss, Rate, loss_of, money_of
from incidents.postmortems.models import Postmortem, ServiceRate, Snapshot
from incidents.response.domain.snapshots import SnapshotError, chart_to_json
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from incidents.response.views.impacts import chart_of
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from reliability.kit.instants import MINUTE, floor_minute
from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import CaseKind
from reliability.suspects.selectors.likeliest import likeliest, likeliest_of_incident
from slo.domain.budgeting import BudgetingMethod
from slo.models import Slo
from slo.selectors.burn import BurnView, burn_of
from slo.selectors.history import POINTS_MAX, history_of, step_for
from slo.selectors.status import terms_at

CHARTS_MAX = 4
OBJECTIVES_MAX = 12
SUSPECTS_MAX = 10
Kind = Snapshot.Kind


@dataclass(frozen=True, slots=True)
class _Looking:
    """Whose numbers are taken, and for whom."""

    caller: Caller
    incident: Incident
    now: datetime

    @property
    def during(self) -> Period:
        """From the minute it began to the end of the minute it was resolved; an incident that lasts, until now."""
        end = self.incident.resolved_at or self.incident.closed_at or self.now
        start = floor_minute(self.incident.started_at)
        whole = -(-max(end - start, MINUTE) // MINUTE) * MINUTE
        return Period(start, min(start + whole, floor_minute(self.now)) if start + MINUTE <= self.now else start)


def take(*, caller: Caller, postmortem: Postmortem, now: datetime) -> None:
    """Put the numbers of now in place of those that were kept. Without an incident there are none.

    Only objectives and services that a reader of the team may know of: a postmortem is read by many.
    """
    incident = postmortem.incident
    if incident is None:
        return
    looking = _Looking(caller, incident, now)
    slos, services = _slos(looking), _services(looking)
    kept = [
        Snapshot(kind=Kind.METRICS, key="milestones", title="Detection and response", numbers=metrics_of(incident)),
        Snapshot(
            kind=Kind.SUSPECTS, key="changes", title="Changed before it began", numbers=_suspects(looking, services)
        ),
        *_impacts(looking, slos[:OBJECTIVES_MAX]),
        *_charts(looking, slos[:CHARTS_MAX], services),
    ]
    for position, one in enumerate(kept):
        one.postmortem, one.position, one.taken_at = postmortem, position, now
    Snapshot.objects.filter(postmortem=postmortem).delete()
    Snapshot.objects.bulk_create(kept)


def metrics_of(incident: Incident) -> dict[str, Any]:
    """Seconds; None where the milestone was not reached. Source of the words: domain.md §2, §3."""

    def seconds(later: datetime | None, earlier: datetime) -> float | None:
        return None if later is None else max((later - earlier).total_seconds(), 0.0)

    started, detected = incident.started_at, incident.detected_at
    return {
        "ttd": seconds(detected, started),
        "tta": seconds(incident.acknowledged_at, detected),
        "ttm": seconds(incident.mitigated_at, started),
        "ttr": seconds(incident.resolved_at, started),
        "ttr_from_detection": seconds(incident.resolved_at, detected),
    }


def _impacts(looking: _Looking, slos: Sequence[Slo]) -> Iterator[Snapshot]:
    """Money stands at one objective of each service: that whose events the rate names, else the first."""
    rates = ServiceRate.objects.filter(service__in=[slo.service_id for slo in slos if slo.service_id is not None])
    counted_at: dict[int, ServiceRate] = {}
    for row in rates.order_by("pk"):
        of_service = [slo.pk for slo in slos if slo.service_id == row.service_id]
        counted_at[row.slo_id if row.slo_id in of_service else of_service[0]] = row
    for slo in slos:
        yield _impact(looking, slo, counted_at.get(slo.pk))


def _impact(looking: _Looking, slo: Slo, row: ServiceRate | None) -> Snapshot:
    lasted = looking.during.length
    loss = _loss(looking, slo)
    per_lost_event = row.per_lost_event if row is not None and row.slo_id == slo.pk else None
    rate = None if row is None else Rate(per_lost_event, row.per_minute, row.currency)
    has_rate = rate is not None and (rate.per_lost_event is not None or rate.per_minute is not None)
    money = money_of(rate=rate, lost=loss.lost, lasted=lasted) if rate is not None and has_rate else None
    numbers = {
        "slo": slo.name,
        "service": slo.service.name if slo.service else None,
        "lost": loss.lost,
        "valid": loss.valid,
        "bad_minutes": loss.bad_minutes,
        "minutes": math.ceil(lasted / MINUTE),
        "budget": loss.budget,
        "coverage": loss.coverage,
        "money": None if money is None else str(money),
        "currency": rate.currency if rate else None,
        "per_lost_event": str(rate.per_lost_event) if rate and rate.per_lost_event is not None else None,
        "per_minute": str(rate.per_minute) if rate and rate.per_minute is not None else None,
    }
    return Snapshot(kind=Kind.IMPACT, key=f"slo:{slo.pk}", title=slo.title[:200], numbers=numbers)


def _loss(looking: _Looking, slo: Slo) -> Loss:
    during, now = looking.during, looking.now
    longest = timedelta(days=settings.SERIES_RETENTION_DAYS)
    if during.is_empty or during.length > longest:
        return Loss(None, None, None, None, 0.0)
    found = burn_of(slo=slo, window=during.length, at=during.end, now=now)
    if found.good is None or found.valid is None:
        return Loss(None, None, None, None, found.coverage)
    terms = terms_at(slo=slo, at=during.end, now=now)
    window = terms.definition.window.period_at(during.end).length
    is_of_events = terms.definition.budgeting is BudgetingMethod.OCCURRENCES
    whole = burn_of(slo=slo, window=min(window, longest) // MINUTE * MINUTE, at=during.end, now=now)
    loss = loss_of(
        good=found.good,
        valid=found.valid,
        bad_minutes=_bad_minutes(slo, during, now),
        window_valid=whole.valid or 0.0,
        objective=terms.definition.objective,
        coverage=found.coverage,
    )
    return loss if is_of_events else replace(loss, budget=_budget_of_slices(found, during.length, window))


def _budget_of_slices(found: BurnView, lasted: timedelta, window: timedelta) -> float | None:
    """A burn rate of 1 spends the budget in the window: of it, what lies in the incident."""
    return None if found.burn_rate is None else found.burn_rate * (lasted / window)


def _bad_minutes(slo: Slo, during: Period, now: datetime) -> int:
    """Minutes below the objective; of incidents longer than two days in the steps of a chart."""
    step = max(MINUTE, step_for(period=during, points=POINTS_MAX - 1))
    points = history_of(slo=slo, period=during, step=step, now=now)
    bad = [point for point in points if point.sli is not None and point.sli < float(point.objective)]
    return sum((point.end - point.start) // MINUTE for point in bad)


def _charts(looking: _Looking, slos: Sequence[Slo], services: Sequence[Service]) -> Iterator[Snapshot]:
    for slo in slos:
        chart = chart_of(looking.incident, slos=[slo], services=services, caller=looking.caller, now=looking.now)
        named = replace(chart, id=f"burn-{slo.pk}", title=f"Burn rate: {slo.title}")
        try:
            figure = chart_to_json(chart=named, bytes_max=settings.ATTACHMENT_BYTES_MAX)
        except SnapshotError:
            continue  # weeks in one chart: the live page of the objective shows them
        yield Snapshot(kind=Kind.CHART, key=f"slo:{slo.pk}", title=named.title[:200], chart=figure)


def _suspects(looking: _Looking, services: Sequence[Service]) -> dict[str, Any]:
    """What was changed before it began, the likeliest first, with why: as it was ranked and judged, else as now."""
    incident = looking.incident
    found = likeliest_of_incident(incident_id=incident.pk, limit=SUSPECTS_MAX) or likeliest(
        team_id=incident.team_id,
        service_ids=[one.pk for one in services],
        began_at=incident.started_at,
        kind=CaseKind.INCIDENT,
        limit=SUSPECTS_MAX,
    )
    return {
        "changes": [
            {
                "title": one.label[:300],
                "at": one.began_at.isoformat(),
                "service": one.service,
                "seconds_before": max((incident.started_at - one.began_at).total_seconds(), 0.0),
                "url": one.url,
                "reasons": f"confirmed by {one.said}; {one.reasons}" if one.said else one.reasons,
            }
            for one in found.first
            if not one.is_hidden
        ]
    }


def _slos(looking: _Looking) -> list[Slo]:
    rows = ImpactedSlo.objects.filter(incident=looking.incident).select_related("slo__team", "slo__service")
    found = [row.slo for row in rows.order_by("slo__title", "pk")]
    return [slo for slo in found if visible(caller=looking.caller, related=slo) and _is_told(looking, slo)]


def _services(looking: _Looking) -> list[Service]:
    rows = ImpactedService.objects.filter(incident=looking.incident).select_related("service__team")
    found = [row.service for row in rows.order_by("service__title", "pk")]
    return [one for one in found if visible(caller=looking.caller, related=one) and _is_told(looking, one)]


def _is_told(looking: _Looking, owned: Slo | Service) -> bool:
    """Readers of the team may not know of what another team keeps private."""
    return owned.team_id == looking.incident.team_id or not owned.team.is_private
