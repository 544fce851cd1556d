"""Whoever leaves a team keeps nothing of its incidents: not by a link from before, not by the page they once got."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from incidents.paging.models import Notification
from incidents.paging.services import links
from incidents.response.domain.severity import Severity
from incidents.response.models import Incident
from incidents.response.services import lifecycle
from incidents.response.services.incidents import open_incident
from reliability.access.models import User
from reliability.access.services import people, teams
from reliability.web.errors import NotFound
from tests.cast import Cast

TITLE = "hidden-treasure fails"
SUMMARY = "hidden-treasure is at 10.0.0.7"


@pytest.fixture(autouse=True)
def _at_that_time(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def incident(cast: Cast, now: datetime) -> Incident:
    """Of Payments; its responder, and the outsider, who was never in the team, were paged for it."""
    made = open_incident(
        caller=cast.caller("editor"),
        team_id=cast.payments.pk,
        severity=Severity.SEV1,
        title=TITLE,
        summary=SUMMARY,
        now=now,
    )
    for person in (cast.responder, cast.outsider):
        page(made, person, now)
    return made


def page(incident: Incident, person: User, now: datetime, **fields: object) -> Notification:
    assert incident.escalation is not None
    wanted = {
        "key": f"page {person.pk} {Notification.objects.count()}",
        "idempotency_key": f"page {person.pk} {Notification.objects.count()}",
        "escalation": incident.escalation,
        "team_id": incident.team_id,
        "epoch": 1,
        "purpose": Notification.Purpose.PAGE,
        "urgency": "urgent",
        "user": person,
        "place": str(person),
        "place_key": f"mail:{person.pk}",
        "why": "by name",
        "state": Notification.State.SENT,
        "attempts": 1,
        "created_at": now,
        "due_at": now,
    }
    return Notification.objects.create(**(wanted | fields))


def link(incident: Incident, person: User, now: datetime) -> str:
    assert incident.escalation is not None
    incident.escalation.refresh_from_db()
    return f"/a/{links.sign(escalation=incident.escalation, user_id=person.pk, now=now)}/"


def leave(cast: Cast, now: datetime) -> None:
    teams.remove_member(caller=cast.caller("administrator"), team=cast.payments, person_id=cast.responder.pk, now=now)


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_the_link_of_somebody_who_left_the_team_shows_and_does_nothing_and_says_why(
    cast: Cast, incident: Incident, now: datetime, method: str
) -> None:
    address = link(incident, cast.responder, now)
    leave(cast, now)
    answer = getattr(Client(), method)(address)
    assert answer.status_code == 410
    assert "hidden-treasure" not in answer.content.decode()
    if method != "head":
        assert "You are not in the team any more" in answer.content.decode()
    incident.refresh_from_db()
    assert incident.status == "triggered"


def test_nor_does_a_link_of_theirs_tell_how_it_went_on(cast: Cast, incident: Incident, now: datetime) -> None:
    address = link(incident, cast.responder, now)
    leave(cast, now)
    lifecycle.resolve(caller=cast.caller("editor"), incident_id=incident.pk, now=now)
    page = Client().get(address).content.decode()
    assert "hidden-treasure" not in page
    assert "resolved" not in page


def test_the_link_of_a_closed_account_shows_nothing(cast: Cast, incident: Incident, now: datetime) -> None:
    address = link(incident, cast.responder, now)
    people.deactivate(caller=cast.caller("chief"), person=cast.responder, now=now)
    answer = Client().post(address)
    assert answer.status_code == 410
    assert "There is nothing behind this link any more" in answer.content.decode()
    assert "hidden-treasure" not in answer.content.decode()
    incident.refresh_from_db()
    assert incident.status == "triggered"


Act = Callable[..., object]


@pytest.mark.parametrize("act", [lifecycle.acknowledge, lifecycle.unacknowledge, lifecycle.resolve, lifecycle.escalate])
def test_a_page_from_before_gives_who_left_no_right_to_answer(
    cast: Cast, incident: Incident, now: datetime, act: Act
) -> None:
    leave(cast, now)
    with pytest.raises(NotFound):
        act(caller=cast.caller("responder"), incident_id=incident.pk, now=now)
    act(caller=cast.caller("outsider"), incident_id=incident.pk, now=now)  # paged from outside, as before


def test_what_waits_to_be_sent_to_who_left_is_not_sent(cast: Cast, incident: Incident, now: datetime) -> None:
    waiting = page(incident, cast.responder, now, state=Notification.State.WAITING, attempts=0)
    others = page(incident, cast.outsider, now, state=Notification.State.WAITING, attempts=0)
    leave(cast, now)
    waiting.refresh_from_db()
    others.refresh_from_db()
    assert (waiting.state, waiting.state_reason) == ("void", "its person left the team")
    assert others.state == "waiting"


def test_who_left_does_not_hear_how_it_went_on(cast: Cast, incident: Incident, now: datetime) -> None:
    leave(cast, now)
    lifecycle.acknowledge(caller=cast.caller("editor"), incident_id=incident.pk, now=now)
    told = Notification.objects.filter(purpose=Notification.Purpose.UPDATE)
    assert [notification.user for notification in told.select_related("user")] == [cast.outsider]


def test_who_comes_back_may_answer_again(cast: Cast, incident: Incident, now: datetime) -> None:
    leave(cast, now)
    email = cast.responder.email
    role = cast.caller("editor").roles[cast.payments.pk]
    teams.set_member(caller=cast.caller("administrator"), team=cast.payments, email=email, role=role, now=now)
    answer = Client().post(link(incident, cast.responder, now + timedelta(minutes=1)))
    assert answer.status_code == 200
    incident.refresh_from_db()
    assert incident.status == "acknowledged"
