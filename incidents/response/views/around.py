"""What happened around an incident: the timeline of the services it touches and of what they need."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.response.models import Incident
from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import list_services
from reliability.kit.periods import Period
from reliability.overlay.sections import Section, section_of
from reliability.overlay.selectors.scopes import ids_with_needs
from reliability.overlay.tracks import Scope

BEFORE = timedelta(hours=6)
AFTER = timedelta(hours=1)


def timeline_around(*, request: AccessRequest, incident: Incident, now: datetime) -> Section:
    """From six hours before it began to an hour after its end, or until now. Without services: of its whole team."""
    caller = request.caller
    touched = {one.service_id for one in incident.impacted_services.all()}
    touched |= {one.slo.service_id for one in incident.impacted_slos.all() if one.slo.service_id is not None}
    services = dict(list_services(caller=caller).filter(pk__in=touched).values_list("pk", "name"))
    ids = ids_with_needs(caller=caller, service_ids=services) if services else None
    end = incident.resolved_at or incident.closed_at
    scope = Scope(
        period=Period(incident.started_at - BEFORE, max(min(end + AFTER, now) if end else now, incident.started_at)),
        service_ids=ids,
        team_slug="" if services else incident.team.slug,
    )
    name = next(iter(services.values())) if len(services) == 1 else ""
    return section_of(caller=caller, scope=scope, now=now, service_name=name)
