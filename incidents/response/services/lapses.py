"""An acknowledgement that has lapsed: paging goes on by itself, and the incident says that nobody is on it.

Paging tells of it while it holds its own row. Locking the incident there would be the other way round than
acknowledging does, so the incident follows in a transaction of its own.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.paging.models import Escalation
from incidents.response.domain.phases import Status
from incidents.response.models import Incident
from incidents.response.services import transitions
from incidents.response.services.alerts_joining import actor_of

LAPSED = "response.lapsed"


@transaction.atomic
def lapsed(*, incident_id: int, now: datetime) -> bool:
    """Bring the incident back to triggered. False when somebody acknowledged or resolved it meanwhile."""
    incident = Incident.objects.select_for_update(no_key=True).filter(pk=incident_id).first()
    if incident is None or incident.status != Status.ACKNOWLEDGED.value or incident.escalation_id is None:
        return False
    escalation = Escalation.objects.get(pk=incident.escalation_id)
    if escalation.state in (Escalation.State.PAUSED, Escalation.State.ENDED):
        return False
    transitions.lapse(incident=incident, actor=actor_of(origin_name="Paging"), now=now)
    return True
