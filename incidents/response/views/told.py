"""Who is told at this moment, in a few words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F

from incidents.paging.models import Escalation, Notification
from incidents.response.domain.phases import Status
from incidents.response.models import Incident

NAMES_MAX = 3
_LIVE = (Notification.State.WAITING, Notification.State.SENT, Notification.State.BUNDLED)


@dataclass(frozen=True, slots=True)
class Told:
    """`is_worrying` when nobody who was told may have heard of it."""

    words: str = ""
    is_worrying: bool = False


def told_now(incidents: Iterable[Incident]) -> dict[int, Told]:
    """By incident; one query for all. Their escalations must be joined."""
    running = {
        one.escalation.pk
        for one in incidents
        if one.escalation is not None and one.escalation.state == Escalation.State.ACTIVE
    }
    current: dict[int, list[Notification]] = defaultdict(list)
    if running:
        found = Notification.objects.filter(
            escalation_id__in=running,
            purpose=Notification.Purpose.PAGE,
            epoch=F("escalation__epoch"),
            step=F("escalation__step"),
            pass_number=F("escalation__pass_number"),
        ).select_related("user")
        for notification in found.order_by("due_at", "pk"):
            current[notification.escalation_id or 0].append(notification)
    return {one.pk: _of(one, current.get(one.escalation_id or 0, ())) for one in incidents}


def _of(incident: Incident, current: Sequence[Notification]) -> Told:
    escalation = incident.escalation
    if incident.status in (Status.RESOLVED, Status.CLOSED) or escalation is None:
        return Told()
    if incident.status == Status.ACKNOWLEDGED:
        return Told(f"{incident.acknowledged_by_name} has it" if incident.acknowledged_by_name else "acknowledged")
    if escalation.state == Escalation.State.EXHAUSTED:
        return Told("everybody was told, nobody answered", is_worrying=True)
    reached = [one for one in current if one.state in _LIVE]
    if reached:
        return Told(names(list(dict.fromkeys(who(one) for one in reached))))
    if current:
        return Told("nobody of this step could be reached", is_worrying=True)
    return Told("nobody: no one is on call", is_worrying=True)


def who(notification: Notification) -> str:
    """The person, or the place of a team."""
    return str(notification.user) if notification.user is not None else notification.place


def names(found: Sequence[str]) -> str:
    """Ada, Bo and Cy; Ada, Bo, Cy and 4 more."""
    if len(found) <= 1:
        return "".join(found)
    if len(found) <= NAMES_MAX:
        return f"{', '.join(found[:-1])} and {found[-1]}"
    return f"{', '.join(found[:NAMES_MAX])} and {len(found) - NAMES_MAX} more"
