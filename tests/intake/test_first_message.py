"""The first message of an incident that somebody else's alert opened says what was changed before it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.paging.models import Escalation, Notification
from incidents.paging.services import delivery
from incidents.response.models import Incident
from incidents.response.selectors import first_suspects
from incidents.response.services.alerts import receive
from reliability.catalog.models import Service
from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.delivery.models import Change, Deployment
from reliability.suspects.models import Suspect
from reliability.suspects.services.incidents import follow
from tests.cast import (
    Cast,
    ChannelFactory,
    EscalationPolicyFactory,
    PolicyStepFactory,
    ServiceFactory,
    StepTargetFactory,
)
from tests.intake.conftest import KEY, Make

MINUTE = timedelta(minutes=1)
LABEL = "shop 9fceb02 to production"
Sent = Callable[[], Message]


@pytest.fixture
def shop(cast: Cast, now: datetime) -> Service:
    """Deployed two minutes ago; who is on call for it reads a chat."""
    service: Service = ServiceFactory(team=cast.payments, name="shop", title="Shop")
    policy = EscalationPolicyFactory(team=cast.payments, is_team_default=True)
    StepTargetFactory(step=PolicyStepFactory(policy=policy), channel=ChannelFactory(team=cast.payments))
    deploy(service, now - 2 * MINUTE)
    return service


def deploy(service: Service, at: datetime, revision: str = "9fceb02d0ae598") -> Deployment:
    made: Deployment = Deployment.objects.create(
        team=service.team, service=service, environment="production", origin="api:ci", key=revision, received_at=at,
        finished_at=at, outcome="succeeded", repository="shop", revision=revision,
    )  # fmt: skip
    return made


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Sent:
    """Sends the newest message that waits."""
    told: list[Message] = []

    def take(*, message: Message, **_: Any) -> Outcome:
        told.append(message)
        return Outcome(Result.DELIVERED, "taken")

    def send() -> Message:
        notification = Notification.objects.latest("pk")
        delivery.deliver(notification_id=notification.pk, now=now, clock=lambda: now)
        return told[-1]

    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    monkeypatch.setattr(delivery, "tell_channel", take)
    return send


def alertmanager(sender: Client, now: datetime) -> None:
    alert = {"status": "firing", "startsAt": now.isoformat(), "labels": {"alertname": "Down", "service": "shop"}}
    sender.post(f"/intake/{KEY}/alertmanager", {"alerts": [alert]}, content_type="application/json")


def pagerduty(sender: Client, now: datetime) -> None:
    details = {"summary": "Down", "source": "db1", "severity": "error", "custom_details": {"service": "shop"}}
    body = {"routing_key": KEY, "event_action": "trigger", "dedup_key": "1", "payload": details}
    sender.post("/v2/enqueue", body, content_type="application/json")


def generic(sender: Client, now: datetime) -> None:
    sender.post(f"/intake/{KEY}/generic", {"id": "1", "service": "shop"}, content_type="application/json")


@pytest.mark.parametrize(
    ("kind", "config", "tell"),
    [
        ("alertmanager", {}, alertmanager),
        ("pagerduty", {}, pagerduty),
        ("generic", {"key": "id", "title": "id", "labels": "{service: service}"}, generic),
    ],
    ids=["Alertmanager", "PagerDuty's events", "generic JSON"],
)
def test_it_names_what_was_changed_before_and_leads_there(
    integrate: Make,
    sender: Client,
    shop: Service,
    sent: Sent,
    now: datetime,
    kind: str,
    config: dict[str, str],
    tell: Callable[[Client, datetime], None],
) -> None:
    integrate(kind, config=config)
    tell(sender, now)
    message = sent()
    assert "Suspects, the likeliest first:\n" in message.text
    assert f"1. {LABEL}: deployed 2 min before it began; of Shop itself" in message.text
    assert [link.title for link in message.links][-1] == LABEL
    assert message.links[-1].url.endswith(f"/delivery/deployments/{Deployment.objects.get().pk}/")


def alert(cast: Cast, now: datetime, **fields: Any) -> Incident:
    """As intake hands it on."""
    told: dict[str, Any] = {
        "team_id": cast.payments.pk, "origin": "integration:1", "origin_name": "Prometheus", "key": "1",
        "action": "trigger", "severity": 2, "title": "Down", "now": now,
    }  # fmt: skip
    receive(**(told | fields))
    return Incident.objects.get()


def test_long_texts_stand_below_the_suspects_as_channels_cut_their_end(
    cast: Cast, shop: Service, sent: Sent, now: datetime
) -> None:
    alert(cast, now, service_id=shop.pk, description="word " * 300)
    assert sent().text.startswith("Suspects, ")


def test_none_are_named_where_the_service_is_not_known(cast: Cast, shop: Service, sent: Sent, now: datetime) -> None:
    alert(cast, now, description="Disk full")
    assert sent().text == "Disk full"


def test_burn_alerts_which_name_their_own_do_not_name_them_twice(
    cast: Cast, shop: Service, sent: Sent, now: datetime
) -> None:
    alert(cast, now, origin="slo:7", service_id=shop.pk, description="Suspects of the alert")
    assert sent().text == "Suspects of the alert"


def test_who_is_paged_later_reads_what_people_said_meanwhile(
    cast: Cast, shop: Service, sent: Sent, now: datetime
) -> None:
    deploy(shop, now - 30 * MINUTE, "aaaaaaa0000000")
    incident = alert(cast, now, service_id=shop.pk)
    follow(incident_id=incident.pk, now=now)
    Suspect.objects.filter(place=1).update(verdict="rejected")
    assert sent().text.splitlines()[1].startswith("1. shop aaaaaaa to production: ")


def test_the_page_goes_out_where_suspects_cannot_be_ranked(
    cast: Cast, shop: Service, sent: Sent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        Change.objects.raw("select nothing from nowhere")[0]

    monkeypatch.setattr(first_suspects, "likeliest", broken)
    alert(cast, now, service_id=shop.pk, description="Disk full")
    assert sent().text == "Disk full"
    assert Notification.objects.get().state == Notification.State.SENT


@pytest.mark.skipif(connection.vendor != "postgresql", reason="reads on SQLite wait for nobody")
def test_the_page_does_not_wait_for_a_ranking_that_hangs(
    cast: Cast, shop: Service, sent: Sent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(**_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(first_suspects, "_SECONDS_MAX", 0.1)
    monkeypatch.setattr(first_suspects, "likeliest", slow)
    alert(cast, now, service_id=shop.pk, description="Disk full")
    assert sent().text == "Disk full"


def test_it_costs_as_many_queries_however_much_was_changed(cast: Cast, shop: Service, now: datetime) -> None:
    subject = f"incident:{alert(cast, now, service_id=shop.pk).pk}"
    assert Escalation.objects.get().subject == subject
    with CaptureQueriesContext(connection) as one:
        first_suspects.addition_to_page(subject=subject)
    for number in range(3, 9):
        deploy(shop, now - number * MINUTE, f"{number}fceb02d0ae59")
    with CaptureQueriesContext(connection) as many:
        found = first_suspects.addition_to_page(subject=subject)
    assert found is not None
    assert found.text.endswith("and 4 more, on the page of the incident")
    assert len(many) == len(one) <= 22
