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
from reliability.suspects.domain.kinds import CaseKind, VerdictState
from reliability.suspects.domain.reasons import reasons_of
from reliability.suspects.models import Suspect
from reliability.suspects.selectors.blamed import blamed_of_incidents
from reliability.suspects.selectors.facts import facts_of
from slo.domain.causes import Behind, Cause, CauseKind
from slo.models import Slo


def incident_causes(*, slo: Slo, period: Period, burns: Sequence[Period], limit: int) -> list[Cause]:
    """What names the objective, its service, or what that needs, from when users noticed to its end, each with what was
    changed before. Three queries.
    """
    services = set() if slo.service_id is None else with_needs({slo.service_id})
    found = list(touching_any(slo=slo, service_ids=services, period=period, limit=limit))
    blamed = blamed_of_incidents(incident_ids=[row.pk for row, _ in found])
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
            behind=_behind(blamed.get(row.pk)),
        )
        for row, names_slo in found
    ]


def _behind(suspect: Suspect | None) -> Behind | None:
    """As `suspects.views.causes` words it of burns."""
    if suspect is None:
        return None
    is_confirmed = suspect.verdict == VerdictState.CONFIRMED
    words = "First suspect" if suspect.place == 1 else "First suspect that nobody rejected"
    return Behind(
        words=f"Confirmed by {suspect.verdict_by_name}" if is_confirmed else words,
        label=suspect.label,
        url=suspect.url,
        why="; ".join(reason.text for reason in reasons_of(facts_of(suspect, case=CaseKind.INCIDENT, of="it"))),
        is_confirmed=is_confirmed,
        team_ids=suspect.owner_ids,
    )


def _end(row: Incident) -> datetime | None:
    end = row.resolved_at or row.closed_at
    return None if end is None else max(end, row.started_at)
