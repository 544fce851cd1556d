"""The page behind the link of a message that lists many pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from incidents.paging.models import Notification
from incidents.paging.services import list_links
from incidents.response.models import Incident
from incidents.response.services import lifecycle
from reliability.access.models import Membership, User
from tests.cast import Cast

Declare = Callable[..., Incident]


@pytest.fixture
def three(declare: Declare) -> list[Incident]:
    return [declare(f"Queue {number} is stuck") for number in range(3)]


def listed(incidents: list[Incident], user: User, now: datetime) -> Notification:
    """A message to *user* that lists a page for each of *incidents*."""
    common = {"user": user, "place": "Responder: mail", "place_key": f"mail:{user.pk}", "why": "on call"}
    times = {"created_at": now, "due_at": now, "urgency": "urgent", "team_id": incidents[0].team_id}
    bundle = Notification.objects.create(key="b", idempotency_key="b", purpose="bundle", **common, **times)
    for incident in incidents:
        assert incident.escalation is not None
        Notification.objects.create(
            key=f"p{incident.pk}", idempotency_key=f"p{incident.pk}", purpose="page", state="bundled", bundle=bundle,
            escalation=incident.escalation, epoch=incident.escalation.epoch, **common, **times,
        )  # fmt: skip
    return bundle


def address(bundle: Notification, now: datetime) -> str:
    return f"/a/list/{list_links.sign(bundle=bundle, now=now)}/"


def test_it_lists_what_waits_each_with_a_link_of_its_own(three: list[Incident], cast: Cast, now: datetime) -> None:
    page = Client().get(address(listed(three, cast.responder, now), now))
    html = page.content.decode()
    assert page.status_code == 200
    assert "3 incidents wait for you" in html
    assert all(incident.title in html for incident in three)
    assert html.count('href="/a/') == 3
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow, noarchive")
    assert {one.status for one in Incident.objects.all()} == {"triggered"}, "looking acknowledges nothing"


def test_one_press_acknowledges_all_of_it_as_the_person(three: list[Incident], cast: Cast, now: datetime) -> None:
    lifecycle.acknowledge(caller=cast.caller("editor"), incident_id=three[0].pk, now=now)
    with time_machine.travel(now, tick=False):
        page = Client(enforce_csrf_checks=True).post(address(listed(three[1:], cast.responder, now), now))
    html = page.content.decode()
    assert "You have 2. Paging for them has stopped." in html
    assert "Nothing waits for you any more" in html
    who = dict(Incident.objects.values_list("pk", "acknowledged_by_name"))
    assert who == {three[0].pk: "Editor", three[1].pk: "Responder", three[2].pk: "Responder"}


def test_what_somebody_else_answered_is_not_taken_from_them(three: list[Incident], cast: Cast, now: datetime) -> None:
    bundle = listed(three, cast.responder, now)
    lifecycle.acknowledge(caller=cast.caller("editor"), incident_id=three[1].pk, now=now)
    html = Client().get(address(bundle, now)).content.decode()
    assert "2 incidents wait for you" in html
    assert "Answered since" in html
    assert "by Editor" in html


def test_who_left_the_team_sees_none_of_it(three: list[Incident], cast: Cast, now: datetime) -> None:
    bundle = listed(three, cast.responder, now)
    Membership.objects.filter(user=cast.responder).delete()
    html = Client().post(address(bundle, now)).content.decode()
    assert not any(incident.title in html for incident in three)
    assert {one.status for one in Incident.objects.all()} == {"triggered"}


def test_an_old_and_a_forged_link_are_refused(three: list[Incident], cast: Cast, now: datetime) -> None:
    link = address(listed(three, cast.responder, now), now)
    with time_machine.travel(now + timedelta(days=30), tick=False):
        assert Client().get(link).status_code == 410
    assert Client().post(link[:-4] + "xxx/").status_code == 403
    assert {one.status for one in Incident.objects.all()} == {"triggered"}
