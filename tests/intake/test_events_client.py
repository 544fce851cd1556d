"""The `pagerduty` client itself drives our /v2/enqueue, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pagerduty import EventsApiV2Client
from pagerduty.errors import Error
from pytest_django.live_server_helper import LiveServer

from incidents.response.models import Alert, Incident
from reliability.delivery.models import Change
from tests.intake.conftest import KEY, Make
from tests.servers.tls import Front, tls_in_front_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def front(integrate: Make, live_server: LiveServer, tmp_path: Path) -> Iterator[Front]:
    """The client speaks https only."""
    integrate("pagerduty")
    with tls_in_front_of(live_server.url, directory=tmp_path) as front:
        yield front


@pytest.fixture
def events(front: Front) -> EventsApiV2Client:
    return EventsApiV2Client(KEY, base_url=front.url, verify=front.context)


def test_it_triggers_acknowledges_and_resolves(events: EventsApiV2Client) -> None:
    key = events.trigger(
        "Disk of db1 is full",
        "db1",
        severity="error",
        custom_details={"free": "0 %"},
        links=[{"href": "https://wiki.example.org/disk", "text": "Runbook"}],
    )
    assert Alert.objects.get().key == key
    events.acknowledge(key)
    assert Incident.objects.get().status == "acknowledged"
    events.resolve(key)
    assert Incident.objects.get().status == "resolved"


def test_its_repeats_are_one_alert(events: EventsApiV2Client) -> None:
    for _ in range(3):
        assert events.trigger("Disk of db1 is full", "db1", dedup_key="disk") == "disk"
    assert Alert.objects.get().times_seen == 3


def test_it_submits_changes(events: EventsApiV2Client) -> None:
    at = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    events.submit("checkout 1.42.0", source="ci", timestamp=at.isoformat(), custom_details={"commit": "4af"})
    change = Change.objects.get()
    assert (change.title, change.details["commit"], change.at) == ("checkout 1.42.0", "4af", at)


def test_a_timestamp_with_an_offset_and_a_z_does_not_lose_the_change(events: EventsApiV2Client) -> None:
    """Older versions of the client write such; the change is then of the moment it came."""
    events.submit("checkout 1.42.0", source="ci", timestamp="2026-03-02T11:30:00+00:00Z")
    change = Change.objects.get()
    assert change.at == change.received_at


def test_it_hears_of_a_wrong_key(front: Front) -> None:
    stranger = EventsApiV2Client("f" * 32, base_url=front.url, verify=front.context)
    with pytest.raises(Error, match="Invalid routing key"):
        stranger.trigger("Disk is full", "db1")
