"""Who may answer a page: responders of the team, and whoever was paged (decision 65)."""

from __future__ import annotations

from incidents.paging.models import Notification
from incidents.response.models import Incident
from reliability.access.domain.caller import Caller, Role, Scope


def answers_as_paged(*, caller: Caller, incident: Incident) -> bool:
    """Whether the caller, who is no responder of the team, was paged for it and may answer that.

    Who left the team since may not.
    """
    if caller.user_id is None or Scope.WRITE not in caller.scopes or incident.escalation_id is None:
        return False
    if caller.may(incident.team_id, Role.RESPONDER):
        return False  # needs no page to answer
    pages = Notification.objects.filter(
        escalation=incident.escalation_id, purpose=Notification.Purpose.PAGE, may_answer=True
    )
    return pages.filter(user_id=caller.user_id).exists()
