"""PagerDuty's webhooks: forged, stale and replayed ones do nothing; true ones do here what was done there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from prometheus_client import REGISTRY
from pytest_django import Settings

from incidents.response.domain.phases import Status
from incidents.response.models import Incident, TimelineEntry
from incidents.response.services import lifecycle
from reliability.channels.models import Channel, SeenDelivery
from tests.cast import Cast
from tests.response.inbound import WEBHOOK_SECRET, channel_of, pagerduty_body, post_pagerduty

Declare = Callable[..., Incident]


@pytest.fixture(autouse=True)
def _at_noon(now: datetime) -> object:
    with time_machine.travel(now, tick=False) as clock:
        yield clock


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return channel_of(cast, "pagerduty", {"routing_key": "R" * 32, "webhook_secrets": f"other\n{WEBHOOK_SECRET}"})


def counted(outcome: str) -> float:
    labels = {"protocol": "pagerduty", "outcome": outcome}
    return REGISTRY.get_sample_value("reliability_inbound_requests_total", labels) or 0


def test_an_acknowledgement_there_is_one_here(channel: Channel, declare: Declare, now: datetime) -> None:
    incident = declare()
    answer = post_pagerduty(pagerduty_body(incident, at=now))
    incident.refresh_from_db()
    assert (answer.status_code, answer.content) == (200, b'{"outcome": "done"}')
    assert incident.status == Status.ACKNOWLEDGED
    assert incident.acknowledged_at == now  # by a person: it counts
    assert TimelineEntry.objects.filter(
        incident=incident, text="Acknowledged by Tenex Engineer via PagerDuty."
    ).exists()


def test_resolved_and_reopened_there_is_so_here(channel: Channel, declare: Declare, now: datetime) -> None:
    incident = declare()
    post_pagerduty(pagerduty_body(incident, "resolved", at=now, event_id="1"))
    incident.refresh_from_db()
    assert incident.status == Status.RESOLVED
    post_pagerduty(pagerduty_body(incident, "reopened", at=now, event_id="2"))
    incident.refresh_from_db()
    assert incident.status == Status.TRIGGERED


def test_what_our_own_event_did_there_comes_back_without_effect(
    channel: Channel, declare: Declare, cast: Cast, now: datetime
) -> None:
    incident = declare()
    lifecycle.resolve(caller=cast.caller("responder"), incident_id=incident.pk, now=now)
    before = TimelineEntry.objects.filter(incident=incident).count()
    body = pagerduty_body(incident, "resolved", at=now, type="integration_reference", summary="Events API V2")
    assert post_pagerduty(body).content == b'{"outcome": "unchanged"}'
    assert TimelineEntry.objects.filter(incident=incident).count() == before


def test_an_automatic_acknowledgement_is_not_the_first_human_one(
    channel: Channel, declare: Declare, now: datetime
) -> None:
    incident = declare()
    post_pagerduty(pagerduty_body(incident, at=now, type="service_reference", summary="Rules"))
    incident.refresh_from_db()
    assert (incident.status, incident.acknowledged_at) == (Status.ACKNOWLEDGED, None)


@pytest.mark.parametrize(
    ("secret", "name"),
    [("not it", "payments-pagerduty"), (WEBHOOK_SECRET, "another"), ("", "payments-pagerduty")],
    ids=["another secret", "a channel that is not there", "an empty secret"],
)
def test_a_forged_webhook_is_refused_counted_and_logged(
    channel: Channel, declare: Declare, now: datetime, secret: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    incident, before = declare(), counted("forged")
    with caplog.at_level(logging.WARNING):
        answer = post_pagerduty(pagerduty_body(incident, at=now), secret=secret, name=name)
    incident.refresh_from_db()
    assert (answer.status_code, incident.status) == (401, Status.TRIGGERED)
    assert counted("forged") == before + 1
    assert "inbound_request" in caplog.text
    assert "forged" in caplog.text
    assert WEBHOOK_SECRET not in caplog.text


def test_without_a_signature_or_a_secret_nothing_is_believed(cast: Cast, declare: Declare, now: datetime) -> None:
    incident = declare()
    channel_of(cast, "pagerduty", {"routing_key": "R" * 32})
    body = pagerduty_body(incident, at=now)
    assert post_pagerduty(body, secret="").status_code == 401
    bare = Client().post("/inbound/pagerduty/payments-pagerduty/", body, content_type="application/json")
    assert bare.status_code == 401


def test_a_channel_that_is_switched_off_hears_nothing(cast: Cast, declare: Declare, now: datetime) -> None:
    channel_of(cast, "pagerduty", {"webhook_secrets": WEBHOOK_SECRET}, is_enabled=False)
    assert post_pagerduty(pagerduty_body(declare(), at=now)).status_code == 401


@pytest.mark.parametrize("ago", [timedelta(hours=25), timedelta(hours=-25)], ids=["too old", "from the future"])
def test_a_stale_event_is_refused(channel: Channel, declare: Declare, now: datetime, ago: timedelta) -> None:
    incident = declare()
    answer = post_pagerduty(pagerduty_body(incident, at=now - ago))
    incident.refresh_from_db()
    assert (answer.status_code, answer.content) == (401, b'{"outcome": "stale"}')
    assert incident.status == Status.TRIGGERED


def test_a_replayed_webhook_does_nothing(channel: Channel, declare: Declare, cast: Cast, now: datetime) -> None:
    incident = declare()
    body = pagerduty_body(incident, at=now)
    post_pagerduty(body)
    lifecycle.unacknowledge(caller=cast.caller("responder"), incident_id=incident.pk, now=now)
    answer = post_pagerduty(body)
    incident.refresh_from_db()
    assert (answer.status_code, answer.content) == (200, b'{"outcome": "replayed"}')
    assert incident.status == Status.TRIGGERED


def test_an_event_that_failed_may_come_again(
    channel: Channel, declare: Declare, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = declare()
    body = pagerduty_body(incident, at=now)
    with monkeypatch.context() as patch:
        patch.setattr("incidents.response.services.pagerduty_events.hear", _fail)
        with pytest.raises(RuntimeError):
            post_pagerduty(body)
    assert post_pagerduty(body).content == b'{"outcome": "done"}'


def _fail(**_given: object) -> str:
    raise RuntimeError("the database is away")


@pytest.mark.parametrize(
    ("change", "key", "outcome"),
    [
        ("annotated", None, b"ignored"),
        ("acknowledged", "incident:1@elsewhere.example.org", b"unknown_incident"),
        ("acknowledged", "disk-full", b"unknown_incident"),
        ("acknowledged", "", b"unknown_incident"),
    ],
    ids=["an unknown type", "of another installation", "of another tool", "without a key"],
)
def test_what_is_not_ours_is_taken_and_ignored(
    channel: Channel, declare: Declare, now: datetime, change: str, key: str | None, outcome: bytes
) -> None:
    incident = declare()
    body = pagerduty_body(incident, change, at=now)
    if key is not None:
        body = body.replace(f"incident:{incident.pk}@localhost".encode(), key.encode())
    answer = post_pagerduty(body)
    assert answer.status_code == 200
    assert outcome in answer.content


def test_a_channel_of_another_team_cannot_touch_the_incident(cast: Cast, declare: Declare, now: datetime) -> None:
    channel_of(cast, "pagerduty", {"webhook_secrets": WEBHOOK_SECRET}, team=cast.search)
    incident = declare()
    answer = post_pagerduty(pagerduty_body(incident, at=now))
    incident.refresh_from_db()
    assert answer.content == b'{"outcome": "unknown_incident"}'
    assert incident.status == Status.TRIGGERED


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b'{"event": []}', b'{"event": {"id": "1", "occurred_at": "soon"}}']
)
def test_signed_nonsense_is_refused_as_such(channel: Channel, body: bytes) -> None:
    assert post_pagerduty(body).status_code == 400


def test_a_huge_body_is_not_read(channel: Channel) -> None:
    assert post_pagerduty(b" " * (512 * 1024 + 1)).status_code == 413


def test_more_than_the_bound_in_a_minute_are_asked_to_wait(
    channel: Channel, declare: Declare, now: datetime, settings: Settings
) -> None:
    settings.INBOUND_PER_MINUTE_MAX = 2
    incident = declare()
    codes = [
        post_pagerduty(pagerduty_body(incident, "annotated", at=now, event_id=str(n))).status_code for n in range(3)
    ]
    assert codes == [200, 200, 429]


def test_seen_events_are_forgotten_when_they_would_not_be_believed(
    channel: Channel, declare: Declare, now: datetime
) -> None:
    incident = declare()
    SeenDelivery.objects.create(channel=channel, key="old", seen_at=now - timedelta(hours=49))
    post_pagerduty(pagerduty_body(incident, "annotated", at=now))
    assert list(SeenDelivery.objects.values_list("key", flat=True)) == ["01EVENT"]
