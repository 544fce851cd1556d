"""Open severe incidents, as the deploy gate asks for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from incidents.response.domain.phases import OPEN
from incidents.response.domain.severity import Severity
from incidents.response.models import ImpactedService, ImpactedSlo, Incident
from reliability.gate.blockers import Blocker
from reliability.gate.domain.kinds import ReasonKind

_MOST = 200


def incidents_of_services(*, service_ids: Collection[int], at: datetime) -> list[Blocker]:
    """Open Sev1 and Sev2 that touch any of the services, or an objective of it. Three queries."""
    touched = Q(impacted_services__service_id__in=service_ids) | Q(impacted_slos__slo__service_id__in=service_ids)
    rows = Incident.objects.filter(touched, severity__lte=Severity.SEV2, status__in=[one.value for one in OPEN])
    found = {row.pk: row for row in rows.distinct().order_by("severity", "pk")[:_MOST]}
    if not found:
        return []
    by_service = ImpactedService.objects.filter(incident_id__in=found, service_id__in=service_ids)
    by_slo = ImpactedSlo.objects.filter(incident_id__in=found, slo__service_id__in=service_ids)
    pairs = {
        *by_service.order_by().values_list("incident_id", "service_id"),
        *by_slo.order_by().values_list("incident_id", "slo__service_id"),
    }
    return [_blocker(found[incident_id], service_id) for incident_id, service_id in sorted(pairs)]


def _blocker(incident: Incident, service_id: int) -> Blocker:
    word = Severity(incident.severity).word
    return Blocker(
        service_id=service_id,
        kind=ReasonKind.INCIDENT,
        words=f"{word} #{incident.pk} “{incident.title}” is open",
        hidden_words=f"a {word} of another team is open",
        team_ids=frozenset({incident.team_id}),
        url=reverse("incident-detail", args=(incident.pk,)),
    )
