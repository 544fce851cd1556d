"""The address that PagerDuty's senders know, from recorded events."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client

from incidents.intake.models import Integration
from incidents.response.models import Alert, Incident
from incidents.response.services import alerts
from reliability.delivery.models import Change
from tests.intake.conftest import KEY, Make, recorded


@pytest.fixture(autouse=True)
def integration(integrate: Make) -> Integration:
    return integrate("pagerduty", title="Everything that pages")


def event(name: str, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(recorded("pagerduty", name)) | {"routing_key": KEY} | changes
    return found


def post(sender: Client, body: dict[str, Any] | bytes, url: str = "/v2/enqueue", **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return sender.post(url, content, content_type="application/json", headers=headers)


def test_a_trigger_is_answered_as_pagerduty_answers_it(sender: Client) -> None:
    answer = post(sender, event("good-trigger"))
    assert answer.status_code == 202
    assert answer.json() == {"status": "success", "message": "Event processed", "dedup_key": "srv01/HTTP"}


def test_a_trigger_tells_everything_it_has(sender: Client) -> None:
    post(sender, event("good-trigger"))
    alert = Alert.objects.get()
    assert (alert.title, alert.severity) == ("Example alert on host1.example.com", 3)
    assert alert.labels["class"] == "deploy"
    assert alert.labels["load avg"] == "0.75"
    assert "nested" not in alert.labels
    assert alert.description == 'ping time: 1500ms\nload avg: 0.75\nnested: {"a":[1]}'
    assert [link["title"] for link in alert.links] == ["Sample Monitoring Service", "Link text", "Chart"]
    assert alert.started_at.isoformat() == "2026-03-02T11:59:01+00:00"
    assert KEY not in json.dumps(alert.payload)


@pytest.mark.parametrize("said", ["2015-07-17T08:42:58.315+0000", "2015-07-17T08:42:58.315", "2015-07-17 08:42:58.315"])
def test_times_are_read_as_senders_write_them(sender: Client, said: str) -> None:
    """The first is of PagerDuty's own documentation; one without a zone is UTC."""
    payload = event("good-trigger")["payload"] | {"timestamp": said}
    assert post(sender, event("good-trigger", payload=payload)).status_code == 202
    assert Alert.objects.get().started_at.isoformat() == "2015-07-17T08:42:58.315000+00:00"


def test_a_wrong_time_does_not_lose_the_page(sender: Client, integration: Integration) -> None:
    payload = event("good-trigger")["payload"] | {"timestamp": "yesterday"}
    assert post(sender, event("good-trigger", payload=payload)).status_code == 202
    alert = Alert.objects.get()
    assert alert.started_at == alert.received_at
    integration.refresh_from_db()
    assert integration.last_error.startswith("'payload.timestamp' is no instant")


def test_a_long_summary_is_cut_in_the_title_and_whole_in_the_description(sender: Client) -> None:
    summary = "s" * 1_000 + " end"
    payload = {"summary": summary, "source": "db1", "severity": "error", "custom_details": {"free": "0 %"}}
    post(sender, event("good-trigger", payload=payload))
    alert = Alert.objects.get()
    assert alert.title == "s" * 254 + "…"
    assert alert.description == f"{summary}\nfree: 0 %"


def test_what_is_kept_of_a_refused_event_does_not_hold_its_key(sender: Client, integration: Integration) -> None:
    post(sender, event("bad-severity"))
    kept = integration.rejects.get().body
    assert KEY not in kept
    assert '"routing_key": "***"' in kept


def test_a_trigger_without_a_key_gets_one(sender: Client) -> None:
    keys = {post(sender, event("good-trigger", dedup_key=None)).json()["dedup_key"] for _ in range(2)}
    assert len(keys) == 2
    assert set(Alert.objects.values_list("key", flat=True)) == keys


def test_an_alert_is_acknowledged_and_resolved_by_its_key(sender: Client) -> None:
    post(sender, event("good-trigger"))
    assert post(sender, event("good-acknowledge")).status_code == 202
    assert Incident.objects.get().status == "acknowledged"
    assert post(sender, event("good-resolve")).status_code == 202
    assert Incident.objects.get().status == "resolved"


def test_a_trigger_after_the_end_opens_a_new_incident(sender: Client) -> None:
    for name in ("good-trigger", "good-resolve", "good-trigger"):
        assert post(sender, event(name)).status_code == 202
    assert Incident.objects.count() == 2


@pytest.mark.parametrize("name", ["good-acknowledge", "good-resolve"])
def test_what_nobody_triggered_is_accepted_and_dropped(sender: Client, name: str) -> None:
    answer = post(sender, event(name))
    assert answer.status_code == 202
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("bad-action", ["'event_action' is invalid (must be one of trigger, acknowledge, resolve)"]),
        ("bad-payload", ["'payload' is missing or is no object"]),
        ("bad-severity", ["'payload.severity' is invalid (must be one of critical, error, warning, info)"]),
        (
            "bad-summary",
            ["'payload.summary' is missing or blank"],
        ),
        ("bad-key-missing", ["'dedup_key' is missing: it says what to resolve"]),
        ("bad-key-long", ["'dedup_key' is too long (maximum is 255 characters)"]),
    ],
)
def test_every_mistake_of_an_event_is_named(
    sender: Client, integration: Integration, name: str, errors: list[str]
) -> None:
    answer = post(sender, event(name))
    assert answer.status_code == 400
    assert answer.json() == {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
    assert integration.rejects.get().message == "; ".join(errors)


def test_a_wrong_key_is_refused_as_pagerduty_refuses_it(sender: Client) -> None:
    answer = post(sender, event("good-trigger", routing_key="f" * 32))
    assert answer.status_code == 400
    assert answer.json()["errors"] == ["Invalid routing key"]
    assert not Alert.objects.exists()


def test_guessing_keys_is_soon_told_to_wait(sender: Client, settings: Any) -> None:
    settings.INTAKE_WRONG_KEYS_PER_MINUTE_MAX = 3
    statuses = [post(sender, event("good-trigger", routing_key="f" * 32)).status_code for _ in range(5)]
    assert statuses == [400, 400, 400, 429, 429]
    assert post(sender, event("good-trigger")).status_code == 202, "a right key is taken from everywhere"


def test_too_many_events_are_told_when_to_come_again(sender: Client, settings: Any) -> None:
    settings.INTAKE_ALERTS_PER_MINUTE_MAX = 1
    assert post(sender, event("good-trigger")).status_code == 202
    answer = post(sender, event("good-trigger"))
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60


def test_a_database_that_cannot_write_stores_nothing(sender: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(**_fields: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(alerts, "receive", locked)
    assert post(sender, event("good-trigger")).status_code == 503


def test_a_change_is_kept_once_and_wakes_nobody(sender: Client, integration: Integration) -> None:
    for _ in range(2):
        answer = post(sender, event("good-change"), "/v2/change/enqueue")
        assert (answer.status_code, answer.json()["status"]) == (202, "success")
    change = Change.objects.get()
    assert change.title.startswith("Build Success")
    assert change.details["build_number"] == "1234"
    assert change.origin == f"integration:{integration.pk}"
    assert change.at.isoformat() == "2026-03-02T11:53:54.868000+00:00"
    assert not Incident.objects.exists()


def test_a_change_without_a_time_counts_again_when_it_happens_again(sender: Client) -> None:
    """The same bytes within minutes are a repeat after a time-out; hours later something was deployed again."""
    body = {"routing_key": KEY, "payload": {"summary": "checkout deployed", "source": "ci"}}
    for said in ("12:09:50", "12:10:10", "12:19:40", "15:00:00", "15:00:00"):
        with time_machine.travel(f"2026-03-02T{said}Z", tick=False):
            assert post(sender, body, "/v2/change/enqueue").status_code == 202
    seen = [f"{at:%H:%M:%S}" for at in Change.objects.order_by("at").values_list("at", flat=True)]
    assert seen == ["12:09:50", "15:00:00"]


def test_a_change_without_a_summary_is_refused(sender: Client) -> None:
    answer = post(sender, event("good-change", payload={"source": "ci"}), "/v2/change/enqueue")
    assert answer.status_code == 400
    assert not Change.objects.exists()


def test_the_older_api_is_understood(sender: Client) -> None:
    url = "/generic/2010-04-15/create_event.json"
    body = {"service_key": KEY, "event_type": "trigger", "description": "Disk is full", "details": {"host": "db1"}}
    answer = post(sender, body, url)
    assert (answer.status_code, answer.json()["status"]) == (200, "success")
    assert Alert.objects.get().labels["host"] == "db1"
    post(sender, {"service_key": KEY, "event_type": "resolve", "incident_key": answer.json()["incident_key"]}, url)
    assert Incident.objects.get().status == "resolved"


def test_the_older_api_names_its_own_fields(sender: Client) -> None:
    url = "/generic/2010-04-15/create_event.json"
    refused = post(sender, {"service_key": KEY, "event_type": "trigger"}, url)
    assert refused.json()["errors"] == ["'description' is missing or blank"]
    refused = post(sender, {"service_key": KEY, "event_type": "resolve"}, url)
    assert refused.json()["errors"] == ["'incident_key' is missing: it says what to resolve"]


def test_a_key_of_another_kind_says_so(sender: Client, integrate: Make) -> None:
    other = integrate("alertmanager", key="e" * 32)
    answer = post(sender, event("good-trigger", routing_key="e" * 32))
    assert answer.status_code == 400
    assert "its address is another one" in answer.json()["errors"][0]
    assert other.rejects.get().reason == "wrong_address"


def test_an_integration_that_is_off_takes_nothing(sender: Client, integration: Integration) -> None:
    Integration.objects.filter(pk=integration.pk).update(is_enabled=False)
    assert post(sender, event("good-trigger")).status_code == 400
    assert integration.rejects.get().reason == "disabled"
