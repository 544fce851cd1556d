"""What PagerDuty tells of its incidents, done to ours: acknowledged, resolved, reopened there means so here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from incidents.response.models import Incident
from incidents.response.selectors.content import incident_id_of
from incidents.response.services import lifecycle
from reliability.access.domain.caller import Caller, Role
from reliability.channels.models import Channel
from reliability.web.errors import ProblemError

VIA = "PagerDuty"


def incident_of(*, channel: Channel, key: str) -> Incident | None:
    """Ours, of the channel's team, that the dedup key names; None for keys of others and of other installations.

    The key is paging's subject key: `incident:42@host`.
    """
    subject, _, host = key.rpartition("@")
    incident_id = incident_id_of(subject=subject)
    if incident_id is None or host != (urlsplit(settings.PUBLIC_URL).hostname or "localhost"):
        return None
    found: Incident | None = Incident.objects.filter(pk=incident_id, team_id=channel.team_id).first()
    return found


def hear(*, channel: Channel, key: str, change: str, who: str, is_person: bool, now: datetime) -> str:
    """Do to our incident what was done to PagerDuty's; the outcome in one word, for logs and metrics.

    change: "acknowledged", "resolved" or "reopened". Reopening is believed of people only: PagerDuty's own rules
    would start our paging again.
    """
    act = _CHANGES.get(change)
    if act is None or (change == "reopened" and not is_person):
        return "ignored"
    incident = incident_of(channel=channel, key=key)
    if incident is None:
        return "unknown_incident"
    # Whoever may press there is PagerDuty's to say; here it is one who may respond in this team.
    caller = Caller(name=who or "PagerDuty", roles={channel.team_id: Role.RESPONDER})
    try:
        with transaction.atomic():
            moved = act(caller=caller, incident_id=incident.pk, now=now, is_person=is_person)
    except ProblemError as problem:
        return problem.reason
    return "done" if moved.is_changed else "unchanged"


def _acknowledge(*, caller: Caller, incident_id: int, now: datetime, is_person: bool) -> lifecycle.Moved:
    return lifecycle.acknowledge(caller=caller, incident_id=incident_id, now=now, via=VIA, is_human=is_person)


def _resolve(*, caller: Caller, incident_id: int, now: datetime, is_person: bool) -> lifecycle.Moved:
    return lifecycle.resolve(caller=caller, incident_id=incident_id, now=now, via=VIA, is_human=is_person)


def _reopen(*, caller: Caller, incident_id: int, now: datetime, is_person: bool) -> lifecycle.Moved:
    return lifecycle.reopen(caller=caller, incident_id=incident_id, now=now, via=VIA)


_CHANGES: dict[str, Callable[..., lifecycle.Moved]] = {
    "acknowledged": _acknowledge,
    "resolved": _resolve,
    "reopened": _reopen,
}
