"""The page behind the link in a message: one person, one button, no sign-in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from incidents.paging.services import links
from incidents.response.models import Incident
from incidents.response.services import lifecycle
from reliability.access.models import AuditEntry, Membership
from tests.cast import Cast

Declare = Callable[..., Incident]
Link = Callable[..., str]


@pytest.fixture
def link(cast: Cast, now: datetime) -> Link:
    """The address that a message to the responder of Payments carries."""

    def of(incident: Incident) -> str:
        incident.refresh_from_db()
        assert incident.escalation is not None
        incident.escalation.refresh_from_db()
        return f"/a/{links.sign(escalation=incident.escalation, user_id=cast.responder.pk, now=now)}/"

    return of


@pytest.fixture
def phone() -> Client:
    """Nobody is signed in, and forms are checked as in a browser."""
    return Client(enforce_csrf_checks=True)


def test_it_shows_what_it_is_about_and_one_button(phone: Client, declare: Declare, link: Link) -> None:
    page = phone.get(link(declare("Checkout answers 502")))
    assert page.status_code == 200
    assert "Checkout answers 502" in page.content.decode()
    assert "Acknowledge</button>" in page.content.decode()
    assert "As Responder." in page.content.decode()


def test_looking_never_acknowledges_because_mail_scanners_follow_links(
    phone: Client, declare: Declare, link: Link
) -> None:
    incident = declare()
    address = link(incident)
    before = AuditEntry.objects.count()
    phone.get(address)
    phone.head(address)
    phone.get(address, headers={"HX-Request": "true"})
    incident.refresh_from_db()
    assert incident.status == "triggered"
    assert AuditEntry.objects.count() == before


def test_pressing_acknowledges_as_that_person_by_phone_link(phone: Client, declare: Declare, link: Link) -> None:
    incident = declare()
    answer = phone.post(link(incident))
    assert "You have it. Paging has stopped." in answer.content.decode()
    incident.refresh_from_db()
    assert (incident.status, incident.acknowledged_by_name) == ("acknowledged", "Responder")
    assert incident.timeline.filter(text="Acknowledged by Responder via phone link.").exists()
    entry = AuditEntry.objects.latest("pk")
    assert AuditEntry.objects.filter(action="incident.acknowledge", actor_name="Responder").exists(), entry


def test_it_is_never_indexed_never_cached_and_tells_no_other_site_of_itself(
    phone: Client, declare: Declare, link: Link
) -> None:
    answer = phone.get(link(declare()))
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_pressed_twice_it_says_who_has_it(phone: Client, declare: Declare, link: Link) -> None:
    incident = declare()
    address = link(incident)
    phone.post(address)
    for ask in (phone.get, phone.post):
        answer = ask(address)
        assert answer.status_code == 200
        assert "Responder has acknowledged it already" in answer.content.decode()
        assert "Acknowledge</button>" not in answer.content.decode()


def test_a_link_from_before_a_resolution_says_so_and_does_nothing(
    phone: Client, cast: Cast, declare: Declare, link: Link, now: datetime
) -> None:
    incident = declare()
    address = link(incident)
    lifecycle.resolve(caller=cast.caller("editor"), incident_id=incident.pk, now=now)
    answer = phone.post(address)
    assert "It is resolved: you need not do anything." in answer.content.decode()
    incident.refresh_from_db()
    assert incident.status == "resolved"


def test_a_link_of_a_merged_incident_leads_to_where_it_goes_on(
    phone: Client, cast: Cast, declare: Declare, link: Link, now: datetime
) -> None:
    source, target = declare("Search fails"), declare("Checkout fails")
    address = link(source)
    lifecycle.merge(caller=cast.caller("editor"), incident_id=source.pk, into_id=target.pk, now=now)
    page = phone.get(address).content.decode()
    assert f"It was merged into #{target.pk}: look there." in page
    assert f'href="/incidents/{target.pk}/"' in page


def test_a_link_of_a_former_epoch_does_not_acknowledge_what_was_reopened(
    phone: Client, cast: Cast, declare: Declare, link: Link, now: datetime
) -> None:
    incident = declare()
    address = link(incident)
    lifecycle.resolve(caller=cast.caller("editor"), incident_id=incident.pk, now=now)
    lifecycle.reopen(caller=cast.caller("editor"), incident_id=incident.pk, now=now)
    answer = phone.post(address)
    assert answer.status_code == 410
    assert "use the link of the newest message" in answer.content.decode()
    incident.refresh_from_db()
    assert incident.status == "triggered"


def test_an_expired_link_is_gone_and_tells_nothing_of_the_incident(
    phone: Client, declare: Declare, link: Link, now: datetime
) -> None:
    incident = declare("Secret of Payments")
    address = link(incident)
    with time_machine.travel(now + timedelta(hours=73), tick=False):
        answer = phone.post(address)
    assert answer.status_code == 410
    assert "UTC: sign in instead" in answer.content.decode()
    assert "Open the incident" not in answer.content.decode()
    assert "Secret of Payments" not in answer.content.decode()
    incident.refresh_from_db()
    assert incident.status == "triggered"


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"), id="another signature"),
        pytest.param(lambda token: token.replace("-", "-1", 1), id="another epoch"),
        pytest.param(lambda _: "x", id="nonsense"),
        pytest.param(lambda _: "%00", id="a null byte"),
    ],
)
def test_a_forged_link_is_refused(phone: Client, declare: Declare, link: Link, spoil: Callable[[str], str]) -> None:
    incident = declare("Secret of Payments")
    token = link(incident).removeprefix("/a/").removesuffix("/")
    answer = phone.post(f"/a/{spoil(token)}/")
    assert answer.status_code == 403
    assert "Secret of Payments" not in answer.content.decode()
    incident.refresh_from_db()
    assert incident.status == "triggered"


def test_somebody_who_left_the_team_cannot_acknowledge_any_more(
    phone: Client, cast: Cast, declare: Declare, link: Link
) -> None:
    incident = declare()
    address = link(incident)
    Membership.objects.filter(user=cast.responder).delete()
    answer = phone.post(address)
    assert answer.status_code == 410
    assert "not in the team any more" in answer.content.decode()
    incident.refresh_from_db()
    assert incident.status == "triggered"


def test_who_is_paged_from_another_team_may_acknowledge_and_is_not_led_to_a_page_they_cannot_see(
    phone: Client, cast: Cast, declare: Declare, now: datetime
) -> None:
    incident = declare()
    assert incident.escalation is not None
    page = incident.escalation.notifications.order_by("pk").first()
    assert page is not None
    page.user = cast.outsider
    page.save()
    address = f"/a/{links.sign(escalation=incident.escalation, user_id=cast.outsider.pk, now=now)}/"
    answer = phone.get(address).content.decode()
    assert "Acknowledge</button>" in answer
    assert "Open the incident" not in answer
    answer = phone.post(address).content.decode()
    assert "You have it." in answer
    assert "Open the incident" not in answer
