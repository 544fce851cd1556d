"""The escalation of an incident: begun, paused, resumed and ended in the transaction of the incident's own change."""

from __future__ import annotations

from datetime import datetime

from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import EscalationPolicy
from incidents.paging.services import escalations
from incidents.response.models import Incident
from incidents.response.selectors.content import content_of, subject_of
from incidents.response.services.announcing import Actor
from reliability.channels.domain.message import Event


def begin(*, incident: Incident, policy: EscalationPolicy | None, now: datetime) -> None:
    """Page by *policy*; without one the room of paging knows whom to tell."""
    incident.escalation = escalations.begin(
        team_id=incident.team_id,
        subject=subject_of(incident_id=incident.pk),
        policy=policy,
        urgency=Urgency(incident.urgency),
        content=content_of(incident=incident),
        now=now,
    )
    incident.save(update_fields=("escalation",))


def pause(*, incident: Incident, actor: Actor, now: datetime) -> None:
    if incident.escalation_id is not None:
        escalations.pause(
            escalation_id=incident.escalation_id, now=now, by=actor.words, by_user_id=actor.caller.user_id
        )


def resume(*, incident: Incident, actor: Actor, now: datetime) -> None:
    if incident.escalation_id is not None:
        escalations.resume(escalation_id=incident.escalation_id, now=now, by=actor.words)


def end(*, incident: Incident, actor: Actor, now: datetime) -> None:
    if incident.escalation_id is not None:
        escalations.end(escalation_id=incident.escalation_id, now=now, by=actor.words, by_user_id=actor.caller.user_id)


def restart(*, incident: Incident, actor: Actor, now: datetime) -> None:
    if incident.escalation_id is not None:
        escalations.restart(escalation_id=incident.escalation_id, now=now, by=actor.words)


def escalate(*, incident: Incident, epoch: int | None, step: int | None, actor: Actor, now: datetime) -> bool:
    """The next step now; False when *epoch* and *step* are not where the escalation stands."""
    escalation = incident.escalation
    if escalation is None:
        return False
    return escalations.escalate_now(
        escalation_id=escalation.pk,
        epoch=escalation.epoch if epoch is None else epoch,
        step=escalations.stage(escalation=escalation) if step is None else step,
        now=now,
        by=actor.words,
    )


def hasten(*, incident: Incident, actor: Actor, now: datetime) -> None:
    """The incident became urgent: whom quiet hours kept asleep is told now."""
    if incident.escalation_id is not None:
        content = content_of(incident=incident)
        escalations.hasten(
            escalation_id=incident.escalation_id,
            content=content,
            now=now,
            by=actor.words,
            by_user_id=actor.caller.user_id,
        )


def retell(*, incident: Incident, actor: Actor, now: datetime) -> None:
    """Those who were told, but for the actor, hear what the incident says now; its urgency holds for whom paging
    tells next."""
    if incident.escalation_id is not None:
        escalations.retell(
            escalation_id=incident.escalation_id,
            content=content_of(incident=incident),
            event=Event.UPDATE,
            now=now,
            urgency=Urgency(incident.urgency),
            by_user_id=actor.caller.user_id,
        )
