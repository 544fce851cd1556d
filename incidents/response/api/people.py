"""/api/v1/incidents/{number}/roles: who has which part, and hand-over."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from incidents.response.api.schemas import IncidentRoleOut, role_out
from incidents.response.models import IncidentRole
from incidents.response.selectors import incidents
from incidents.response.services import roles
from incidents.response.services.locking import require_responder
from reliability.access.requests import AccessRequest
from reliability.web.errors import Invalid, NotFound

router = Router(tags=["Incidents"])

RoleName = IncidentRole.Role


class RoleGive(Schema):
    """Nobody named: the caller takes the role."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str | None, Field(max_length=254, description="of somebody who may respond in the team")] = None
    via: Annotated[str, Field(max_length=60, description="the tool it came by")] = ""


ONESELF = RoleGive()


@router.get("/{int:number}/roles", response=list[IncidentRoleOut], operation_id="listRoles", summary="Roles over time")
def list_roles(request: AccessRequest, number: int) -> Any:
    """Who has and had which, in the order of taking."""
    incident = incidents.incident(caller=request.caller, number=number)
    return [role_out(role) for role in incident.roles.select_related("user").order_by("taken_at", "pk")]


@router.put(
    "/{int:number}/roles/{role}", response=IncidentRoleOut, operation_id="giveRole", summary="Take or hand over a role"
)
def give_role(request: AccessRequest, number: int, role: RoleName, body: RoleGive = ONESELF) -> Any:
    """Commander, communications and scribe are one person's at a time: whoever had it, has it no more."""
    incident = incidents.incident(caller=request.caller, number=number)
    require_responder(caller=request.caller, incident=incident)
    now = timezone.now()
    if body.email is None:
        given = roles.take(caller=request.caller, incident_id=number, role=role, via=body.via, now=now)
    else:
        person_id = _person_id(incident.team_id, body.email)
        given = roles.hand_over(
            caller=request.caller, incident_id=number, role=role, to_user_id=person_id, via=body.via, now=now
        )
    return role_out(given)


@router.delete("/{int:number}/roles/{role}", response={204: None}, operation_id="leaveRole", summary="Lay a role down")
def leave_role(
    request: AccessRequest,
    number: int,
    role: RoleName,
    person_id: Annotated[int | None, Query(ge=1, le=2**62, description="whose; one's own if left out")] = None,
) -> Any:
    incidents.incident(caller=request.caller, number=number)
    left = roles.leave(caller=request.caller, incident_id=number, role=role, user_id=person_id, now=timezone.now())
    if not left:
        raise NotFound(f"this person is not {role.value} of the incident")
    return Status(204, None)


def _person_id(team_id: int, email: str) -> int:
    wanted = email.strip().lower()
    for person in roles.able_people(team_id=team_id):
        if person.email.lower() == wanted:
            return person.pk
    message = "is nobody who may respond in this team: give them the role responder first"
    raise Invalid(details=[{"field": "email", "message": message}])
