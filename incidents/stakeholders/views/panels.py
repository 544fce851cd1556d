"""On the page of an incident: who was told last, who has not read it; and the way to the composer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from incidents.response.domain.phases import OPEN
from incidents.response.models import Incident
from incidents.response.panels import MenuItem
from incidents.stakeholders.domain.kinds import EventKind
from incidents.stakeholders.models import Stakeholder
from incidents.stakeholders.selectors.messages import last_of_incident, not_read, rows_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest

UNREAD_SHOWN = 5


def told_panel(*, request: AccessRequest, incident: Incident, now: datetime) -> Mapping[str, Any]:
    """Nothing is shown where nobody was told and nobody could be."""
    last = last_of_incident(incident=incident)
    may_tell = request.caller.may(incident.team_id, Role.RESPONDER)
    if last is None:
        return {"last": None, "may_tell": may_tell and Stakeholder.objects.filter(team_id=incident.team_id).exists()}
    unread = not_read(rows_of(message=last))
    is_open = incident.status in {status.value for status in OPEN}
    promised = last.next_update_at if is_open else None
    return {
        "last": last,
        "kind": EventKind(last.kind).words,
        "subject": next((text.subject for text in last.texts.all()), ""),
        "unread": [row.recipient.name for row in unread[:UNREAD_SHOWN]],
        "unread_more": max(len(unread) - UNREAD_SHOWN, 0),
        "promised": promised,
        "is_overdue": promised is not None and promised <= now,
        "may_tell": may_tell,
    }


def menu_items(request: AccessRequest, incident: Incident) -> Sequence[MenuItem]:
    return [MenuItem("Tell stakeholders", reverse("stakeholder-tell", args=(incident.pk,)), "people")]
