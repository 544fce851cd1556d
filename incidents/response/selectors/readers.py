"""What everybody who reads an incident may know: timelines and messages are one text for all of them."""

from __future__ import annotations

from incidents.response.models import Incident
from reliability.access.models import Team
from reliability.catalog.models import Service
from slo.models import Slo


def may_all_know(*, incident: Incident, owner: Team) -> bool:
    """Whether the incident's readers may know the names of the owner's objects: its own, and those of open teams."""
    return owner.pk == incident.team_id or not owner.is_private


def service_words(*, incident: Incident, service: Service) -> str:
    """The service as a text for all readers names it. Its team is joined."""
    return str(service) if may_all_know(incident=incident, owner=service.team) else "A service of another team"


def objective_words(*, incident: Incident, slo: Slo) -> str:
    """The objective as a text for all readers names it. Its team is joined."""
    is_known = may_all_know(incident=incident, owner=slo.team)
    return f"The objective {slo.title}" if is_known else "An objective of another team"
