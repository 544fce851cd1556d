"""Incidents become cases when they open, and are ranked anew when what is known of them changes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reliability.outbox.services import due
from reliability.suspects.domain.kinds import CaseKind
from reliability.suspects.domain.ranking import WINDOW_DEFAULT
from reliability.suspects.models import Case, Verdict
from reliability.suspects.services.due_kinds import INCIDENT
from reliability.suspects.services.ranking import rank_case
from reliability.suspects.troubles import IncidentTrouble, incident_trouble


def incident_changed(*, incident_id: int, now: datetime) -> None:
    """Something that suspects depend on: its start, its end, what it touches. Call it in the transaction of that."""
    due.demand(kind=INCIDENT, key=incident_id, now=now)


def follow(*, incident_id: int, now: datetime) -> None:
    """Bring the case to the incident and rank it. Safe to run twice.

    Of what is no incident of its own any more the case goes, unless somebody judged it: what people said is kept.
    """
    trouble = incident_trouble(incident_id=incident_id)
    if trouble is None:
        judged = Verdict.objects.filter(suspect__case__incident_id=incident_id)
        if not judged.exists():
            Case.objects.filter(incident_id=incident_id).delete()
        return
    case = _kept(incident_id, trouble, now)
    rank_case(case_id=case.pk, now=now)


@transaction.atomic
def _kept(incident_id: int, trouble: IncidentTrouble, now: datetime) -> Case:
    values = {
        "team_id": trouble.team_id,
        "service_id": trouble.service_ids[0] if trouble.service_ids else None,
        "subject": trouble.title[:255],
        "started_at": trouble.started_at,
        "ended_at": None if trouble.ended_at is None else max(trouble.ended_at, trouble.started_at),
    }
    first = {"kind": CaseKind.INCIDENT.value, "window_seconds": int(WINDOW_DEFAULT.total_seconds()), "seen_at": now}
    case, _ = Case.objects.update_or_create(
        incident_id=incident_id, defaults=values, create_defaults={**values, **first}
    )
    return case
