"""Open incidents that no experiment may begin upon, and that end those under way."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from chaos.runs.blockers import Blocker
from chaos.runs.models import Run
from incidents.response.domain.phases import OPEN
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident

_SHOWN_MAX = 5


def severe_incidents(*, run: Run, at: datetime) -> list[Blocker]:
    """Open Sev1 and Sev2 of the run's team, or that touch its service or an objective of it. One query.

    A private team's is named by its number alone: the reasons of guards are read by the run's team.
    """
    touched = Q(team_id=run.team_id)
    if run.service_id is not None:
        touched |= Q(impacted_services__service_id=run.service_id) | Q(impacted_slos__slo__service_id=run.service_id)
    rows = Incident.objects.filter(touched, severity__lte=Severity.SEV2, status__in=[one.value for one in OPEN])
    found = rows.select_related("team").distinct().order_by("severity", "pk")[:_SHOWN_MAX]
    return [_blocker(run, incident) for incident in found]


def _blocker(run: Run, incident: Incident) -> Blocker:
    word = Severity(incident.severity).word
    if incident.team_id != run.team_id and incident.team.is_private:
        return Blocker(f"#{incident.pk} is open, a {word} of another team")
    return Blocker(
        f"#{incident.pk} {incident.title} is open, a {word}", reverse("incident-detail", args=(incident.pk,))
    )
