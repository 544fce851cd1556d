"""Who has which part in an incident. One commander, one scribe, one for communications; responders as many as come."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from incidents.response.domain.entries import Kind
from incidents.response.models import Incident, IncidentRole
from incidents.response.services.announcing import Actor, Deed, announce
from incidents.response.services.locking import locked
from incidents.response.services.recording import touch
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Membership, User
from reliability.access.selectors.callers import caller_of_user
from reliability.web.errors import Conflict, Forbidden, Invalid

RoleName = IncidentRole.Role


@transaction.atomic
def take(*, caller: Caller, incident_id: int, role: RoleName, now: datetime, via: str = "") -> IncidentRole:
    """Take a role for oneself. Held by somebody else: it is handed over, and the timeline says so. Twice is once.

    Raises Forbidden for a caller that is no person.
    """
    if caller.user_id is None:
        raise Forbidden("roles are for people: hand it to somebody by name", reason="not_a_person")
    return _give(caller=caller, incident_id=incident_id, role=role, user_id=caller.user_id, now=now, via=via)


@transaction.atomic
def hand_over(
    *, caller: Caller, incident_id: int, role: RoleName, to_user_id: int, now: datetime, via: str = ""
) -> IncidentRole:
    """Give a role to a person, from whoever has it. Raises Invalid for somebody who may not respond in the team."""
    return _give(caller=caller, incident_id=incident_id, role=role, user_id=to_user_id, now=now, via=via)


@transaction.atomic
def leave(
    *, caller: Caller, incident_id: int, role: RoleName, now: datetime, user_id: int | None = None, via: str = ""
) -> bool:
    """Lay a role down (of *user_id*, else one's own). False when the person does not have it."""
    incident = locked(caller=caller, incident_id=incident_id)
    who = caller.user_id if user_id is None else user_id
    held = _held(incident, role, who)
    if held is None:
        return False
    held.left_at = now
    held.save(update_fields=("left_at",))
    by = "" if who == caller.user_id else f", by {caller.name}"
    _announce(incident, Actor(caller, via), role, f"{held.user} is no longer {role.value}{by}.", now, held.user, None)
    return True


def _held(incident: Incident, role: RoleName, user_id: int | None) -> IncidentRole | None:
    if user_id is None:
        return None
    return incident.roles.select_related("user").filter(role=role, user_id=user_id, left_at=None).first()


def _give(*, caller: Caller, incident_id: int, role: RoleName, user_id: int, now: datetime, via: str) -> IncidentRole:
    incident = locked(caller=caller, incident_id=incident_id)
    if incident.merged_into_id is not None:
        raise Conflict(f"the incident was merged into #{incident.merged_into_id}: do this there", reason="merged")
    person = _able_person(incident=incident, user_id=user_id)
    held = list(incident.roles.select_related("user").filter(role=role, left_at=None))
    own = next((one for one in held if one.user_id == user_id), None)
    if own is not None:
        return own
    former = held[0] if held and role != RoleName.RESPONDER else None
    if former is not None:
        former.left_at = now
        former.save(update_fields=("left_at",))
    given = IncidentRole.objects.create(incident=incident, role=role, user=person, taken_at=now)
    _announce(
        incident,
        Actor(caller, via),
        role,
        _words(role=role, person=person, former=former, caller=caller),
        now,
        former.user if former else None,
        person,
    )
    return given


def _able_person(*, incident: Incident, user_id: int) -> User:
    person = User.objects.filter(pk=user_id, is_active=True).first()
    if person is None or not caller_of_user(user=person).may(incident.team_id, Role.RESPONDER):
        message = "must be somebody who may respond in this team: give them the role responder first"
        raise Invalid(details=[{"field": "user", "message": message}])
    return person


def able_people(*, team_id: int) -> list[User]:
    """To whom a role of the team's incidents may be handed, by name."""
    members = Membership.objects.filter(team_id=team_id, role__gte=Role.RESPONDER.value, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("user__name", "pk")]


def _words(*, role: RoleName, person: User, former: IncidentRole | None, caller: Caller) -> str:
    taken = person.pk == caller.user_id
    if former is not None and former.user_id == caller.user_id:
        return f"{former.user} handed the role of {role.value} over to {person}."
    if former is not None:
        by = "" if taken else f", by {caller.name}"
        return f"{person} took the role of {role.value} over from {former.user}{by}."
    return f"{person} is {role.value}." if taken else f"{person} is {role.value}, named by {caller.name}."


def _announce(
    incident: Incident, actor: Actor, role: RoleName, text: str, now: datetime, was: User | None, now_held: User | None
) -> None:
    deed = Deed(
        action="incident.role",
        kind=Kind.ROLE,
        text=text,
        changes={role.value: [str(was) if was else None, str(now_held) if now_held else None]},
        data={
            "role": role.value,
            "from_user_id": was.pk if was else None,
            "to_user_id": now_held.pk if now_held else None,
        },
    )
    announce(incident=incident, actor=actor, deed=deed, now=now)
    touch(incident_id=incident.pk, now=now)
