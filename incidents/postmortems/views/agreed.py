"""Action items below a postmortem: those agreed in it, and those that its incident brought."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from incidents.actions.views.rows import rows_of
from incidents.postmortems.models import Postmortem
from incidents.postmortems.selectors.agreed import agreed_actions
from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest

ROWS_MAX = 50


def agreed_in(*, request: AccessRequest, postmortem: Postmortem, now: datetime) -> dict[str, Any]:
    """The oldest first. A new one begins with the postmortem as its source."""
    caller = request.caller
    found = agreed_actions(caller=caller, postmortem=postmortem, each_max=ROWS_MAX)
    incident = visible(caller=caller, related=postmortem.incident)
    given: dict[str, object] = {"team": postmortem.team.slug, "source": f"postmortem:{postmortem.pk}"}
    if incident is not None:
        given["incident"] = incident.pk
    may_write = caller.may(postmortem.team_id, Role.RESPONDER)
    return {
        "rows": rows_of(found, caller=caller, today=now.astimezone(UTC).date()),
        "all_url": "",
        "new_url": f"{reverse('action-new')}?{urlencode(given)}" if may_write else "",
        "nothing": "Nothing was agreed to be done yet.",
    }
