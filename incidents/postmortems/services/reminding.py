"""Reminding of postmortems that are due: a day before, at due, and each day after for a while."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.postmortems.domain import due as moments
from incidents.postmortems.domain.states import State
from incidents.postmortems.models import Postmortem
from incidents.postmortems.models.settings import SEVERITY_MAX
from incidents.postmortems.services import notices
from incidents.postmortems.services.due_kinds import DUE, POSTMORTEM_DUE
from incidents.postmortems.services.messages import DUE as DUE_NOTICE
from incidents.postmortems.services.settings import settings_of
from incidents.response.domain.phases import CloseReason, Status
from incidents.response.models import Incident, IncidentRole
from reliability.access.domain.caller import Role
from reliability.access.models import Membership, User
from reliability.channels.models import Channel
from reliability.outbox.services import due, facts

_ADMINISTRATORS_MAX = 10
_OVER = (Status.RESOLVED.value, Status.CLOSED.value)
_UNREAL = (CloseReason.DUPLICATE.value, CloseReason.FALSE_POSITIVE.value)


@transaction.atomic
def schedule(*, incident_id: int, now: datetime) -> None:
    """An incident is over: its reminders begin, if its team wants a postmortem of it. Reckoned anew each time.

    One that was begun while the incident lasted, or before it was opened again, is due by this end of it.
    """
    incident = Incident.objects.filter(pk=incident_id).first()
    over_at = None if incident is None else incident.resolved_at or incident.closed_at
    if over_at is not None:
        unfinished = Postmortem.objects.filter(incident_id=incident_id).exclude(state=State.PUBLISHED)
        unfinished.update(due_at=moments.due_at(resolved_at=over_at))
    due_at = None if incident is None else due_at_of(incident)
    if due_at is None:
        due.cancel(kind=DUE, key=incident_id)
        return
    first = moments.stages(due_at=due_at)[0].at
    due.schedule(kind=DUE, key=incident_id, due_at=max(first, now), reschedule=True)


def due_at_of(incident: Incident) -> datetime | None:
    """When its postmortem is due; None when none is wanted, or the incident is not over."""
    over_at = incident.resolved_at or incident.closed_at
    if over_at is None or incident.status not in _OVER or incident.merged_into_id is not None:
        return None
    if incident.close_reason in _UNREAL:
        return None
    written = Postmortem.objects.filter(incident=incident).first()
    if written is not None:
        return None if written.state == State.PUBLISHED else written.due_at
    chosen = settings_of(team_id=incident.team_id)
    wanted = SEVERITY_MAX if chosen is None else chosen.severity_max
    return moments.due_at(resolved_at=over_at) if incident.severity <= wanted else None


def begin(*, incident_id: int, now: datetime) -> None:
    """Its postmortem was drafted or taken back: the next reminder is that of the next stage; what passed stays so."""
    incident = Incident.objects.filter(pk=incident_id).first()
    due_at = None if incident is None else due_at_of(incident)
    next_at = None if due_at is None else moments.next_at(due_at=due_at, now=now)
    if next_at is not None:
        due.schedule(kind=DUE, key=incident_id, due_at=next_at)


@transaction.atomic
def remind(*, incident_id: int, now: datetime) -> datetime | None:
    """Make the notices of the stage that stands. Returns when the next comes; None for none."""
    rows = Incident.objects.select_for_update(of=("self",), no_key=True).select_related("team")
    incident = rows.filter(pk=incident_id).first()
    due_at = None if incident is None else due_at_of(incident)
    if incident is None or due_at is None:
        return None
    stage = moments.standing(due_at=due_at, now=now)
    if stage is not None:
        key = f"due:{incident.pk}:{int(due_at.timestamp())}:{stage.slug}"
        made = [
            notices.make(kind=DUE_NOTICE, key=key, place=place, incident=incident, for_due_at=due_at, now=now)
            for place in _places(incident, stage)
        ]
        if stage.slug != "before" and (any(made) or not made):
            _say_due(incident, due_at, stage, now)
    return moments.next_at(due_at=due_at, now=now)


def _say_due(incident: Incident, due_at: datetime, stage: moments.Stage, now: datetime) -> None:
    written = Postmortem.objects.filter(incident=incident).values_list("pk", flat=True).first()
    payload = {
        "incident_id": incident.pk,
        "postmortem_id": written,
        "due_at": due_at.isoformat(),
        "days_late": stage.days_late,
    }
    facts.emit(kind=POSTMORTEM_DUE, payload=payload, team_id=incident.team_id, now=now)


def _places(incident: Incident, stage: moments.Stage) -> list[Channel | User]:
    """The owner: whoever facilitates, else the commander. From the due time on the team, too; it alone, when nobody
    owns it."""
    owner = _owner(incident)
    if owner is not None and stage.slug == "before":
        return [owner]
    chosen = settings_of(team_id=incident.team_id)
    if chosen is not None and chosen.channel is not None and chosen.channel.is_enabled:
        return [*([owner] if owner else []), chosen.channel]
    heads = Membership.objects.filter(team_id=incident.team_id, role=Role.ADMINISTRATOR, user__is_active=True)
    found = [one.user for one in heads.select_related("user").order_by("pk")[:_ADMINISTRATORS_MAX]]
    return [*([owner] if owner and owner not in found else []), *found]


def _owner(incident: Incident) -> User | None:
    members = Membership.objects.filter(team_id=incident.team_id, user__is_active=True)
    written = Postmortem.objects.filter(incident=incident).first()
    wanted = [written.facilitator_id] if written is not None and written.facilitator_id else []
    roles = IncidentRole.objects.filter(incident=incident, role="commander").order_by("-pk")
    wanted += list(roles.values_list("user_id", flat=True)[:1])
    found = {one.user_id: one.user for one in members.filter(user_id__in=wanted).select_related("user")}
    return next((found[pk] for pk in wanted if pk in found), None)
