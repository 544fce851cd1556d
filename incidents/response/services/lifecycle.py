"""What people and their tools do with an incident. Each call is one transaction that holds the incident's row."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.response.domain.entries import Kind
from incidents.response.domain.lifecycle import Action
from incidents.response.domain.phases import CloseReason, Status
from incidents.response.models import Incident
from incidents.response.services import telling, transitions
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.editing import change_severity, edit
from incidents.response.services.locking import decided, locked, locked_to_answer
from incidents.response.services.merging import merge
from incidents.response.services.splitting import split
from incidents.response.services.transitions import Moved
from reliability.access.domain.caller import Caller

__all__ = [
    "Moved",
    "acknowledge",
    "change_severity",
    "close",
    "edit",
    "escalate",
    "merge",
    "reopen",
    "resolve",
    "split",
    "unacknowledge",
]


@transaction.atomic
def acknowledge(
    *, caller: Caller, incident_id: int, now: datetime, via: str = "", is_human: bool | None = None
) -> Moved:
    """Somebody is on it: paging pauses. Twice is no error; the message says who did already.

    is_human: whether it counts as the first human acknowledgement; unless said, callers with an account are human.
    Raises Conflict when it is over or merged, NotFound, Forbidden.
    """
    incident = locked_to_answer(caller=caller, incident_id=incident_id)
    return transitions.acknowledge(incident=incident, actor=Actor(caller, via, is_human), now=now)


@transaction.atomic
def unacknowledge(*, caller: Caller, incident_id: int, now: datetime, via: str = "", reason: str = "") -> Moved:
    incident = locked_to_answer(caller=caller, incident_id=incident_id)
    return transitions.unacknowledge(incident=incident, actor=Actor(caller, via), now=now, reason=reason.strip())


@transaction.atomic
def resolve(
    *,
    caller: Caller,
    incident_id: int,
    now: datetime,
    via: str = "",
    reason: str = "",
    is_human: bool | None = None,
) -> Moved:
    """It is over, and with it its alerts. Twice is no error."""
    incident = locked_to_answer(caller=caller, incident_id=incident_id)
    actor = Actor(caller, via, is_human)
    return transitions.resolve(incident=incident, actor=actor, now=now, reason=reason.strip())


@transaction.atomic
def reopen(*, caller: Caller, incident_id: int, now: datetime, via: str = "", reason: str = "") -> Moved:
    incident = locked(caller=caller, incident_id=incident_id)
    return transitions.reopen(incident=incident, actor=Actor(caller, via), now=now, reason=reason.strip())


@transaction.atomic
def close(
    *, caller: Caller, incident_id: int, close_reason: CloseReason, now: datetime, via: str = "", reason: str = ""
) -> Moved:
    """Close it as real, duplicate or false positive; what is open is resolved by the same act."""
    incident = locked(caller=caller, incident_id=incident_id)
    return transitions.close(
        incident=incident, actor=Actor(caller, via), close_reason=close_reason, now=now, reason=reason.strip()
    )


@transaction.atomic
def escalate(
    *,
    caller: Caller,
    incident_id: int,
    now: datetime,
    epoch: int | None = None,
    step: int | None = None,
    via: str = "",
) -> Moved:
    """Page the next step now. epoch and step: what the button was about; a stale button does nothing and says so."""
    incident = locked_to_answer(caller=caller, incident_id=incident_id)
    decided(action=Action.ESCALATE, incident=incident)
    actor = Actor(caller, via)
    if not telling.escalate(incident=incident, epoch=epoch, step=step, actor=actor, now=now):
        return Moved(incident, False, _why_not(incident, is_button=epoch is not None))
    deed = Deed(action="incident.escalate", kind=Kind.PAGE, text=f"Escalated by {actor.words}.")
    announce(incident=incident, actor=actor, deed=deed, now=now)
    return Moved(incident, True, deed.text)


def _why_not(incident: Incident, *, is_button: bool) -> str:
    if incident.status == Status.ACKNOWLEDGED.value:
        return f"{incident.acknowledged_by_name} is on it: take the acknowledgement back to page on."
    if is_button:
        return "Paging has moved on since: look again before you escalate."
    return "There is no further step: everybody the policy names has been told."
