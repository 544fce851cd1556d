"""Who has which part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from incidents.response.models import Incident
from incidents.response.services import roles
from incidents.response.services.roles import RoleName
from reliability.access.domain.caller import SYSTEM
from reliability.web.errors import Forbidden, Invalid
from tests.cast import Cast
from tests.racing import Race

Declare = Callable[..., Incident]
MINUTE = timedelta(minutes=1)


def held(incident: Incident) -> list[tuple[str, str]]:
    return [(role.role, role.user.name) for role in incident.roles.filter(left_at=None).order_by("pk")]


def test_a_role_passes_from_one_to_the_next_and_the_timeline_says_so(
    cast: Cast, declare: Declare, now: datetime
) -> None:
    incident = declare()
    editor, responder = cast.caller("editor"), cast.caller("responder")
    roles.take(caller=editor, incident_id=incident.pk, role=RoleName.COMMANDER, now=now)
    roles.take(caller=editor, incident_id=incident.pk, role=RoleName.COMMANDER, now=now)
    roles.hand_over(
        caller=editor, incident_id=incident.pk, role=RoleName.COMMANDER, to_user_id=cast.responder.pk, now=now + MINUTE
    )
    roles.take(caller=cast.caller("administrator"), incident_id=incident.pk, role=RoleName.COMMANDER, now=now + MINUTE)
    assert held(incident) == [("commander", "Administrator")]
    assert [entry.text for entry in incident.timeline.filter(kind="role").order_by("pk")] == [
        "Editor is commander.",
        "Editor handed the role of commander over to Responder.",
        "Administrator took the role of commander over from Responder.",
    ]
    assert not roles.leave(caller=responder, incident_id=incident.pk, role=RoleName.COMMANDER, now=now)
    admin = cast.caller("administrator")
    assert roles.leave(caller=admin, incident_id=incident.pk, role=RoleName.COMMANDER, now=now + MINUTE)
    assert held(incident) == []


def test_several_respond_and_one_person_may_have_two_roles(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    for name in ("editor", "responder"):
        roles.take(caller=cast.caller(name), incident_id=incident.pk, role=RoleName.RESPONDER, now=now)
    roles.take(caller=cast.caller("editor"), incident_id=incident.pk, role=RoleName.SCRIBE, now=now)
    assert held(incident) == [("responder", "Editor"), ("responder", "Responder"), ("scribe", "Editor")]


@pytest.mark.parametrize("who", ["viewer", "outsider"])
def test_roles_go_to_those_who_may_respond(cast: Cast, declare: Declare, now: datetime, who: str) -> None:
    incident = declare()
    with pytest.raises(Invalid) as refused:
        roles.hand_over(
            caller=cast.caller("editor"),
            incident_id=incident.pk,
            role=RoleName.SCRIBE,
            to_user_id=cast.person(who).pk,
            now=now,
        )
    assert refused.value.details[0]["field"] == "user"


def test_a_machine_takes_no_role(declare: Declare, now: datetime) -> None:
    with pytest.raises(Forbidden):
        roles.take(caller=SYSTEM, incident_id=declare().pk, role=RoleName.SCRIBE, now=now)


def test_of_two_who_take_command_at_once_one_has_it_in_the_end(
    race: Race, cast: Cast, declare: Declare, now: datetime
) -> None:
    incident = declare()
    callers = [cast.caller("editor"), cast.caller("responder")]
    results = race(
        *(
            lambda caller=one: roles.take(caller=caller, incident_id=incident.pk, role=RoleName.COMMANDER, now=now)
            for one in callers
        )
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert race(lambda: len(held(incident))) == [1]
    assert race(lambda: incident.roles.count()) == [2]
