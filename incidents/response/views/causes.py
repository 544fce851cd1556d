"""Incidents as causes of spent budget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.selectors.incidents import touching_any
from incidents.response.selectors.needs import with_needs
from reliability.kit.periods import Period
from slo.domain.causes import Cause, CauseKind
from slo.models import Slo


def incident_causes(*, slo: Slo, period: Period, burns: Sequence[Period], limit: int) -> list[Cause]:
    """What names the objective, its service, or what that needs, from when users noticed to its end. Two queries."""
    services = set() if slo.service_id is None else with_needs({slo.service_id})
    return [
        Cause(
            kind=CauseKind.INCIDENT,
            key=f"incident-{row.pk}",
            start=row.started_at,
            end=_end(row),
            label=f"#{row.pk} {Severity(row.severity).word}: {row.title}",
            url=reverse("incident-detail", args=[row.pk]),
            detail="it names this objective" if names_slo else "it names the service, or one that it needs",
            is_declared=names_slo,
            team_ids=frozenset({row.team_id}),
        )
        for row, names_slo in touching_any(slo=slo, service_ids=services, period=period, limit=limit)
    ]


def _end(row: Incident) -> datetime | None:
    end = row.resolved_at or row.closed_at
    return None if end is None else max(end, row.started_at)
