"""Naming what an incident touches, within its bound; what no longer fits is said in the timeline, not lost silently."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from incidents.response.domain.entries import Kind
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from incidents.response.selectors.readers import objective_words, service_words
from incidents.response.services.recording import record
from reliability.catalog.models import Service
from slo.models import Slo

_NAMED_MAX = 5


def name_impacts(
    *,
    incident: Incident,
    now: datetime,
    service_ids: Sequence[int] = (),
    slo_ids: Sequence[int] = (),
    is_new: bool = False,
) -> None:
    """Name services and objectives; those named already stay. At most INCIDENT_IMPACTS_MAX of each are.

    is_new: the incident names nothing yet. The caller holds its row.
    """
    if service_ids:
        named = () if is_new else ImpactedService.objects.filter(incident=incident).values_list("service_id", flat=True)
        fitting, left = _fitting(service_ids, set(named))
        if fitting:
            rows = [ImpactedService(incident=incident, service_id=pk) for pk in fitting]
            ImpactedService.objects.bulk_create(rows, ignore_conflicts=True)
        if left:
            services = Service.objects.select_related("team").filter(pk__in=left[:_NAMED_MAX]).order_by("pk")
            words = [service_words(incident=incident, service=one) for one in services]
            _note(incident, "services", left, words, now)
    if slo_ids:
        touched = () if is_new else ImpactedSlo.objects.filter(incident=incident).values_list("slo_id", flat=True)
        fitting, left = _fitting(slo_ids, set(touched))
        if fitting:
            objectives = [ImpactedSlo(incident=incident, slo_id=pk) for pk in fitting]
            ImpactedSlo.objects.bulk_create(objectives, ignore_conflicts=True)
        if left:
            slos = Slo.objects.select_related("team").filter(pk__in=left[:_NAMED_MAX]).order_by("pk")
            words = [objective_words(incident=incident, slo=one) for one in slos]
            _note(incident, "objectives", left, words, now)


def _fitting(wanted: Sequence[int], named: set[int]) -> tuple[list[int], list[int]]:
    """Those that are new and fit, and those that do not fit any more."""
    new = [pk for pk in dict.fromkeys(wanted) if pk not in named]
    room = max(settings.INCIDENT_IMPACTS_MAX - len(named), 0)
    return new[:room], new[room:]


def _note(incident: Incident, noun: str, left: Sequence[int], words: Sequence[str], now: datetime) -> None:
    """Once for the same ones, however often their alerts fire."""
    more = len(left) - len(words)
    names = ", ".join(words) + (f" and {more} more" if more else "")
    most = settings.INCIDENT_IMPACTS_MAX
    record(
        incident_id=incident.pk,
        at=now,
        kind=Kind.IMPACT,
        key=f"left-out:{noun}:{','.join(map(str, left))}"[:200],
        text=f"Affected, too, but not listed, because {most} {noun} are the most an incident lists: {names}.",
        author_name="System",
        data={noun: list(left), "most": most},
        now=now,
    )
