"""Incidents as what suspects are looked for."""

from __future__ import annotations

from incidents.response.domain.phases import CloseReason
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from reliability.suspects.troubles import IncidentTrouble

_NONE_OF_ITS_OWN = (CloseReason.FALSE_POSITIVE.value, CloseReason.DUPLICATE.value)


def incident_trouble(*, incident_id: int) -> IncidentTrouble | None:
    """None for what was merged, for false positives and duplicates: nothing was broken, or another one tells of it.

    Its services are those named, then those of the objectives that are. Three queries.
    """
    rows = Incident.objects.filter(pk=incident_id, merged_into=None).exclude(close_reason__in=_NONE_OF_ITS_OWN)
    found = rows.first()
    if found is None:
        return None
    named = ImpactedService.objects.filter(incident_id=incident_id).order_by("pk")
    slos = list(ImpactedSlo.objects.filter(incident_id=incident_id).select_related("slo").order_by("pk"))
    services = [*named.values_list("service_id", flat=True), *(one.slo.service_id for one in slos)]
    return IncidentTrouble(
        team_id=found.team_id,
        title=found.title,
        started_at=found.started_at,
        ended_at=found.resolved_at or found.closed_at,
        service_ids=tuple(dict.fromkeys(pk for pk in services if pk is not None)),
        slo_ids=tuple(one.slo_id for one in slos),
    )
