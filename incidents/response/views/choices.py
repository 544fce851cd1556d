"""What a person may choose from on the forms of incidents."""

from __future__ import annotations

from django.db.models import QuerySet

from incidents.response.domain.phases import OPEN
from incidents.response.models import Incident
from reliability.access.domain.caller import Caller
from reliability.access.models import User

TARGETS_MAX = 200


def merge_targets(incident: Incident, *, caller: Caller) -> list[Incident]:
    """Other open incidents of the team, the newest first."""
    others: QuerySet[Incident] = Incident.objects.readable_by(caller).filter(
        team_id=incident.team_id, status__in=[status.value for status in OPEN], merged_into=None
    )
    return list(others.exclude(pk=incident.pk).order_by("-created_at", "-pk")[:TARGETS_MAX])


def people_with_roles(*, caller: Caller) -> list[User]:
    """Whoever had a role in an incident that the caller may see, by name."""
    incidents = Incident.objects.readable_by(caller)
    ids = incidents.filter(roles__isnull=False).order_by().values("roles__user_id")
    return list(User.objects.filter(pk__in=ids).order_by("name", "pk")[:TARGETS_MAX])
