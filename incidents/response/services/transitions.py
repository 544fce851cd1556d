"""Changes of status of an incident whose row the caller has locked and may change. People come through lifecycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from incidents.response.domain.entries import Kind
from incidents.response.domain.lifecycle import PHASE_AFTER, Action, Verdict
from incidents.response.domain.phases import CloseReason, Milestone, Phase, Status
from incidents.response.models import Alert, Incident, MilestoneChange
from incidents.response.services import burning_watch, telling
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.locking import decided
from incidents.response.services.responders import join


@dataclass(frozen=True, slots=True)
class Moved:
    """The incident as it is now. message: what was done, or why there was nothing to do. warning: the part of it that
    whoever did it must not miss.
    """

    incident: Incident
    is_changed: bool
    message: str
    warning: str = ""


_STATUS_FIELDS = (
    "status", "phase", "acknowledged_at", "acknowledged_by_name", "resolved_at", "closed_at", "close_reason",
    "reopened", "group_key", "updated_at",
)  # fmt: skip


def acknowledge(*, incident: Incident, actor: Actor, now: datetime) -> Moved:
    """Whoever acknowledges joins as a responder. Somebody has already: no error, and the escalation is paused anyhow,
    because the first acknowledgement may have lapsed a moment ago. After a machine a human still is the first.
    """
    decision = decided(action=Action.ACKNOWLEDGE, incident=incident)
    is_first_human = actor.human and incident.acknowledged_at is None
    if decision.verdict is Verdict.ALREADY and not is_first_human:
        telling.pause(incident=incident, actor=actor, now=now)
        join(incident=incident, user_id=actor.caller.user_id, now=now)
        return Moved(incident, False, f"{incident.acknowledged_by_name or 'Somebody'} has acknowledged this already.")
    if is_first_human:
        _reach(incident=incident, milestone=Milestone.ACKNOWLEDGED, actor=actor, now=now)
    incident.acknowledged_by_name = actor.name
    if incident.phase == Phase.DETECTION.value:
        incident.phase = PHASE_AFTER[decision.to].value
    was = _save(incident, decision.to, now)
    telling.pause(incident=incident, actor=actor, now=now)
    text = f"Acknowledged by {actor.words}."
    _announce(incident, actor, now, "incident.acknowledge", text, "IncidentAcknowledged", was=was)
    join(incident=incident, user_id=actor.caller.user_id, now=now)
    return Moved(incident, True, text)


def unacknowledge(*, incident: Incident, actor: Actor, now: datetime, reason: str = "") -> Moved:
    """Nobody is on it any more: the same step is paged again."""
    decision = decided(action=Action.UNACKNOWLEDGE, incident=incident)
    if decision.verdict is Verdict.ALREADY:
        return Moved(incident, False, "Nobody has acknowledged this.")
    incident.acknowledged_by_name = ""
    was = _save(incident, decision.to, now)
    telling.resume(incident=incident, actor=actor, now=now)
    text = f"Acknowledgement taken back by {actor.words}."
    _announce(incident, actor, now, "incident.unacknowledge", text, "IncidentUnacknowledged", was=was, reason=reason)
    return Moved(incident, True, text)


def lapse(*, incident: Incident, actor: Actor, now: datetime) -> Moved:
    """The acknowledgement ran out: paging has begun again by itself."""
    incident.acknowledged_by_name = ""
    was = _save(incident, Status.TRIGGERED, now)
    text = "The acknowledgement has lapsed: nobody is on it any more."
    _announce(incident, actor, now, "incident.unacknowledge", text, "IncidentUnacknowledged", was=was)
    return Moved(incident, True, text)


def resolve(
    *, incident: Incident, actor: Actor, now: datetime, reason: str = "", close_reason: CloseReason | None = None
) -> Moved:
    """It is over: its alerts are, too, so that the next trigger of their keys is a new alert.

    What burns on is said, and looked at again unless *close_reason* says that nothing is wrong.
    """
    decision = decided(action=Action.RESOLVE, incident=incident)
    if decision.verdict is Verdict.ALREADY:
        return Moved(incident, False, "This is resolved already.")
    _resolve(incident=incident, actor=actor, now=now)
    was = _save(incident, decision.to, now)
    warning = burning_watch.watch(incident=incident, now=now, close_reason=close_reason)
    text = " ".join(filter(None, [f"Resolved by {actor.words}.", reason, warning]))
    _announce(incident, actor, now, "incident.resolve", text, "IncidentResolved", was=was, reason=reason)
    return Moved(incident, True, text, warning)


def reopen(*, incident: Incident, actor: Actor, now: datetime, reason: str = "") -> Moved:
    """It is not over: paging begins at the first step, in a new epoch."""
    decision = decided(action=Action.REOPEN, incident=incident)
    if decision.verdict is Verdict.ALREADY:
        return Moved(incident, False, "This is open already.")
    for milestone in (Milestone.RESOLVED, Milestone.CLOSED):
        _clear(incident=incident, milestone=milestone, actor=actor, now=now)
    incident.close_reason, incident.acknowledged_by_name = "", ""
    incident.reopened += 1
    incident.phase = PHASE_AFTER[decision.to].value
    was = incident.status
    try:
        with transaction.atomic():
            _save(incident, decision.to, now)
    except IntegrityError:  # meanwhile the group has another open incident, which keeps it
        incident.group_key = ""
        _save(incident, decision.to, now)
    burning_watch.revive(incident=incident, now=now)
    telling.restart(incident=incident, actor=actor, now=now)
    text = f"Reopened by {actor.words}." + (f" {reason}" if reason else "")
    _announce(incident, actor, now, "incident.reopen", text, "IncidentReopened", was=was, reason=reason)
    return Moved(incident, True, text)


def close(*, incident: Incident, actor: Actor, close_reason: CloseReason, now: datetime, reason: str = "") -> Moved:
    """Nothing is left to learn. What is open is resolved by the same act."""
    decision = decided(action=Action.CLOSE, incident=incident)
    words = close_reason.value.replace("_", " ")
    if decision.verdict is Verdict.ALREADY:
        return Moved(incident, False, f"This is closed already, as {incident.close_reason.replace('_', ' ')}.")
    if incident.resolved_at is None:
        warning = resolve(incident=incident, actor=actor, now=now, close_reason=close_reason).warning
    else:
        is_dismissed = close_reason in burning_watch.UNREAL
        warning = burning_watch.watch(incident=incident, now=now, close_reason=close_reason) if is_dismissed else ""
    _reach(incident=incident, milestone=Milestone.CLOSED, actor=actor, now=now)
    incident.close_reason = close_reason.value
    incident.phase = PHASE_AFTER[decision.to].value
    was = _save(incident, decision.to, now)
    text = f"Closed as {words} by {actor.words}." + (f" {reason}" if reason else "")
    data = {"close_reason": close_reason.value}
    _announce(incident, actor, now, "incident.close", text, "IncidentClosed", was=was, reason=reason, data=data)
    return Moved(incident, True, f"{text} {warning}".rstrip(), warning)


def resolve_quietly(*, incident: Incident, actor: Actor, now: datetime) -> None:
    """End escalation and alerts without an announcement: a merge has its own. The caller saves the status."""
    _resolve(incident=incident, actor=actor, now=now)


def _resolve(*, incident: Incident, actor: Actor, now: datetime) -> None:
    _reach(incident=incident, milestone=Milestone.RESOLVED, actor=actor, now=now)
    incident.phase = Phase.ANALYSIS.value
    open_alerts = Alert.objects.filter(incident=incident, resolved_at=None)
    open_alerts.update(status=Alert.Status.RESOLVED, resolved_at=now)
    telling.end(incident=incident, actor=actor, now=now)


def _reach(*, incident: Incident, milestone: Milestone, actor: Actor, now: datetime) -> None:
    """Set a milestone, never before the one that it follows: clocks may step."""
    column = f"{milestone.value}_at"
    was = getattr(incident, column)
    instant = max(now, incident.detected_at)
    setattr(incident, column, instant)
    _change(incident, milestone, was, instant, actor, now)


def _clear(*, incident: Incident, milestone: Milestone, actor: Actor, now: datetime) -> None:
    column = f"{milestone.value}_at"
    was = getattr(incident, column)
    if was is not None:
        setattr(incident, column, None)
        _change(incident, milestone, was, None, actor, now)


def _change(
    incident: Incident,
    milestone: Milestone,
    was: datetime | None,
    instant: datetime | None,
    actor: Actor,
    now: datetime,
) -> None:
    MilestoneChange.objects.create(
        incident=incident,
        milestone=milestone.value,
        was_at=was,
        is_at=instant,
        author_name=actor.name,
        created_at=now,
    )


def _save(incident: Incident, status: Status, now: datetime) -> str:
    """Returns the former status."""
    was = incident.status
    incident.status = status.value
    incident.updated_at = now
    incident.save(update_fields=_STATUS_FIELDS)
    return was


def _announce(
    incident: Incident,
    actor: Actor,
    now: datetime,
    action: str,
    text: str,
    fact: str,
    *,
    was: str,
    reason: str = "",
    data: dict[str, str] | None = None,
) -> None:
    deed = Deed(
        action=action,
        kind=Kind.STATUS,
        text=text,
        fact=fact,
        reason=reason,
        data={"status": incident.status, **(data or {})},
        changes={"status": [was, incident.status]},
    )
    announce(incident=incident, actor=actor, deed=deed, now=now)
