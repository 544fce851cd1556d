"""Incidents as marks on the charts of the objectives they touched."""

from __future__ import annotations

from django.urls import reverse

from incidents.response.domain.severity import Severity
from incidents.response.selectors.incidents import touching
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from slo.domain.marks import Kind, Mark
from slo.models import Slo


def incident_marks(*, caller: Caller, slo: Slo, period: Period, limit: int) -> list[Mark]:
    """One query: from when users began to notice until it was resolved."""
    return [
        Mark(
            kind=Kind.INCIDENT,
            start=incident.started_at,
            end=incident.resolved_at or incident.closed_at,
            label=f"#{incident.pk} {Severity(incident.severity).word}: {incident.title}",
            url=reverse("incident-detail", args=[incident.pk]),
        )
        for incident in touching(caller=caller, slo=slo, period=period)[:limit]
    ]
