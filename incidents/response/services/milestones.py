"""Milestones set by hand: what the platform noted, corrected by people who know better. The history stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.response.domain.entries import Kind
from incidents.response.domain.milestones import mistake_of
from incidents.response.domain.phases import OPEN, Milestone, Phase
from incidents.response.models import Incident, MilestoneChange
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.locking import check_revision, locked
from reliability.access.domain.caller import Caller
from reliability.web.errors import Conflict, Invalid

# Reached by an act that does more than note an instant.
_ACT = {
    Milestone.RESOLVED: "resolve the incident instead",
    Milestone.CLOSED: "close the incident instead",
}


@transaction.atomic
def set_milestone(
    *,
    caller: Caller,
    incident_id: int,
    milestone: Milestone,
    at: datetime | None,
    now: datetime,
    reason: str = "",
    expected_revision: int | None = None,
) -> Incident:
    """Set, move or (with *at* None) clear a milestone.

    Resolved and closed can be moved, but are reached and left by resolving, closing and reopening. Raises Invalid for
    an instant out of order, Conflict for a stale revision.
    """
    incident = locked(caller=caller, incident_id=incident_id)
    check_revision(incident=incident, expected=expected_revision)
    column = f"{milestone.value}_at"
    was: datetime | None = getattr(incident, column)
    if was == at:
        return incident
    if milestone in _ACT and (was is None or at is None):
        act = _ACT[milestone] if was is None else "reopen the incident instead"
        raise Conflict(f"{milestone.value} is more than an instant: {act}", reason="not_by_hand")
    _check(incident=incident, milestone=milestone, at=at, now=now)
    setattr(incident, column, at)
    fields = [column]
    if milestone is Milestone.MITIGATED and at is not None and incident.status in OPEN:
        incident.phase = Phase.REMEDIATION.value
        fields.append("phase")
    incident.revision += 1
    incident.updated_at = now
    incident.save(update_fields=(*fields, "revision", "updated_at"))
    MilestoneChange.objects.create(
        incident=incident,
        milestone=milestone.value,
        was_at=was,
        is_at=at,
        author_name=caller.name[:160],
        reason=reason.strip(),
        created_at=now,
    )
    deed = Deed(
        action="incident.milestone",
        kind=Kind.MILESTONE,
        text=_words(milestone=milestone, was=was, at=at, who=caller.name, reason=reason.strip()),
        changes={column: [was, at]},
        data={"milestone": milestone.value, "was": _iso(was), "is": _iso(at)},
        reason=reason,
    )
    announce(incident=incident, actor=Actor(caller), deed=deed, now=now)
    return incident


def instants_of(incident: Incident) -> dict[Milestone, datetime | None]:
    return {milestone: getattr(incident, f"{milestone.value}_at") for milestone in Milestone}


def _check(*, incident: Incident, milestone: Milestone, at: datetime | None, now: datetime) -> None:
    mistake = mistake_of(milestone=milestone, at=at, instants=instants_of(incident), now=now)
    if mistake:
        raise Invalid(details=[{"field": "at", "message": mistake}])


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _words(*, milestone: Milestone, was: datetime | None, at: datetime | None, who: str, reason: str) -> str:
    text = f"{milestone.value.capitalize()} "
    if at is None:
        text += "cleared"
    else:
        text += f"set to {at:%Y-%m-%d %H:%M:%S} UTC"
    if was is not None:
        text += f", was {was:%Y-%m-%d %H:%M:%S} UTC"
    return f"{text}, by {who}." + (f" {reason}" if reason else "")
