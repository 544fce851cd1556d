"""Alertmanager's webhook, from recorded bodies, through the address that a sender has."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client

from incidents.intake.models import Integration
from incidents.response.models import Alert, Incident
from incidents.response.services import alerts
from reliability.web.errors import Unavailable
from tests.intake.conftest import KEY, Make, recorded

URL = f"/intake/{KEY}/alertmanager"


@pytest.fixture(autouse=True)
def integration(integrate: Make) -> Integration:
    return integrate("alertmanager", title="Alertmanager of the shop")


def post(sender: Client, body: bytes | dict[str, Any], url: str = URL, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return sender.post(url, content, content_type="application/json", headers=headers)


def group(*found: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(recorded("alertmanager", "good-firing"))
    return whole | {"alerts": list(found)} | more


def alert(**changes: Any) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(recorded("alertmanager", "good-firing"))["alerts"][0]
    return first | changes


def test_each_alert_of_a_group_is_one_row_with_an_incident(sender: Client, integration: Integration) -> None:
    answer = post(sender, recorded("alertmanager", "good-firing"))
    assert (answer.status_code, answer.json()["outcomes"]) == (200, {"opened": 2})
    first = Alert.objects.order_by("pk")[0]
    assert first.title == "HighErrors on web-1:8080"
    assert first.key == "57c6d9296de2ad39"
    assert first.severity == 2
    assert first.labels["severity"] == "critical"
    assert first.origin == f"integration:{integration.pk}"
    assert [link["title"] for link in first.links] == ["Runbook", "Query", "Alertmanager", "Silence it there"]
    assert Incident.objects.count() == 2


def test_a_link_silences_the_alert_there(sender: Client) -> None:
    post(sender, recorded("alertmanager", "good-firing"))
    links = {link["title"]: link["url"] for link in Alert.objects.order_by("pk")[0].links}
    assert links["Silence it there"].startswith("http://alertmanager.example.org:9093/#/silences/new?filter=%7B")
    assert "alertname%3D%22HighErrors%22" in links["Silence it there"]


def test_links_that_could_run_code_are_left_out(sender: Client) -> None:
    post(sender, recorded("alertmanager", "good-hostile-links"))
    assert {link["title"] for link in Alert.objects.get().links} == {"Alertmanager", "Silence it there"}


def test_a_repeat_is_the_same_alert(sender: Client) -> None:
    post(sender, recorded("alertmanager", "good-firing"))
    answer = post(sender, recorded("alertmanager", "good-firing"))
    assert answer.json()["outcomes"] == {"repeated": 2}
    assert [found.times_seen for found in Alert.objects.all()] == [2, 2]
    assert Incident.objects.count() == 2


def test_each_alert_has_a_status_of_its_own(sender: Client) -> None:
    post(sender, recorded("alertmanager", "good-firing"))
    answer = post(sender, recorded("alertmanager", "good-one-resolved"))
    assert answer.json()["outcomes"] == {"resolved": 1, "repeated": 1}
    states = dict(Alert.objects.values_list("labels__instance", "status"))
    assert states == {"web-1:8080": "resolved", "web-2:8080": "firing"}


def test_alerts_that_were_cut_off_are_not_over(sender: Client, integration: Integration) -> None:
    post(sender, recorded("alertmanager", "good-firing"))
    post(sender, recorded("alertmanager", "good-truncated"))
    assert set(Alert.objects.values_list("status", flat=True)) == {"firing"}
    integration.refresh_from_db()
    assert "cut 41 alerts off" in integration.last_error


def test_the_same_rule_fires_again_as_a_new_alert(sender: Client) -> None:
    post(sender, group(alert()))
    post(sender, group(alert(status="resolved", endsAt="2026-03-02T12:05:00Z")))
    answer = post(sender, group(alert(startsAt="2026-03-02T13:00:00Z")))
    assert answer.json()["outcomes"] == {"opened": 1}
    assert Incident.objects.count() == 2


def test_a_late_repeat_of_what_is_over_opens_nothing(sender: Client) -> None:
    """A request that timed out there and was taken here comes again, perhaps after the end of the alert."""
    post(sender, group(alert()))
    post(sender, group(alert(status="resolved", endsAt="2026-03-02T12:05:00Z")))
    answer = post(sender, group(alert()))
    assert answer.json()["outcomes"] == {"dropped": 1}
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    "header",
    [f"Bearer {KEY}", "Basic " + b64encode(f"anybody:{KEY}".encode()).decode()],
    ids=["bearer", "basic"],
)
def test_the_key_may_stand_in_a_header(sender: Client, header: str) -> None:
    answer = post(sender, recorded("alertmanager", "good-firing"), "/intake/alertmanager", Authorization=header)
    assert answer.status_code == 200


@pytest.mark.parametrize("url", ["/intake/wrong/alertmanager", "/intake/alertmanager"])
def test_a_wrong_key_is_not_let_in(sender: Client, url: str) -> None:
    answer = post(sender, recorded("alertmanager", "good-firing"), url)
    assert answer.status_code == 401
    assert not Alert.objects.exists()


@pytest.mark.parametrize("name", ["bad-no-alerts", "bad-status", "bad-labels", "bad-start"])
def test_what_is_no_webhook_is_kept_with_its_reason(sender: Client, integration: Integration, name: str) -> None:
    answer = post(sender, recorded("alertmanager", name))
    assert answer.status_code == 400
    reject = integration.rejects.get()
    assert reject.reason == "invalid"
    assert reject.message == "; ".join(answer.json()["errors"])
    assert reject.body.encode() == recorded("alertmanager", name)


def test_one_unreadable_alert_does_not_take_the_others_down(sender: Client, integration: Integration) -> None:
    answer = post(sender, group(alert(), alert(startsAt="yesterday", fingerprint="b")))
    assert answer.json()["outcomes"] == {"opened": 1}
    integration.refresh_from_db()
    assert integration.last_error == "alerts[1]: startsAt is no instant"


def test_own_words_for_severities_come_first(sender: Client, integration: Integration) -> None:
    integration.config = {"severity_label": "tier", "severities": {"platinum": 1}, "default_severity": 4}
    integration.save(update_fields=("config",))
    platinum = alert()["labels"] | {"tier": "Platinum"}
    post(sender, group(alert(labels=platinum), alert(fingerprint="b")))
    assert list(Alert.objects.order_by("pk").values_list("severity", flat=True)) == [1, 4]


def test_a_database_that_cannot_write_is_a_503(sender: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alertmanager drops an alert that is answered 429, and repeats one that is answered 503."""

    def locked(**_fields: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(alerts, "receive", locked)
    answer = post(sender, recorded("alertmanager", "good-firing"))
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert not Alert.objects.exists()


def test_too_many_alerts_a_minute_are_a_503(sender: Client, settings: Any) -> None:
    settings.INTAKE_ALERTS_PER_MINUTE_MAX = 3
    assert post(sender, recorded("alertmanager", "good-firing")).status_code == 200
    assert post(sender, recorded("alertmanager", "good-firing")).status_code == 503


def test_of_more_alerts_than_the_bound_the_firing_ones_are_taken(
    sender: Client, integration: Integration, settings: Any
) -> None:
    """Alertmanager never sends again what was answered 413: the whole storm would be lost, time after time."""
    settings.INTAKE_ALERTS_MAX = 2
    over = alert(status="resolved", endsAt="2026-03-02T12:05:00Z")
    answer = post(sender, group(over, alert(fingerprint="b"), alert(fingerprint="c")))
    assert (answer.status_code, answer.json()["outcomes"]) == (200, {"opened": 2})
    assert set(Alert.objects.values_list("key", flat=True)) == {"b", "c"}
    integration.refresh_from_db()
    assert integration.last_error.startswith("3 alerts in one request, of which 2 were taken")


def test_an_alert_whose_start_is_moved_back_stays_one_and_is_resolved(sender: Client) -> None:
    """Alertmanager does so when the other Prometheus of a pair saw it earlier (seen with 0.25)."""
    post(sender, group(alert()))
    answer = post(sender, group(alert(startsAt="2026-03-02T11:57:43Z")))
    assert answer.json()["outcomes"] == {"repeated": 1}
    over = alert(status="resolved", startsAt="2026-03-02T11:57:43Z", endsAt="2026-03-02T12:05:00Z")
    assert post(sender, group(over)).json()["outcomes"] == {"resolved": 1}
    assert [incident.status for incident in Incident.objects.all()] == ["resolved"]


def test_the_late_end_of_an_earlier_episode_does_not_end_the_present_one(sender: Client) -> None:
    """The other Alertmanager of a pair may tell of it after the alert fires again."""
    over = alert(status="resolved", endsAt="2026-03-02T12:05:00Z")
    post(sender, group(alert()))
    post(sender, group(over))
    with time_machine.travel("2026-03-02T12:10:00Z", tick=False):
        post(sender, group(alert(startsAt="2026-03-02T12:08:00Z")))
        assert post(sender, group(over)).json()["outcomes"] == {"dropped": 1}
    assert Alert.objects.filter(resolved_at=None).count() == 1


def test_an_alert_that_changes_too_fast_is_a_503(sender: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def contended(**_fields: Any) -> None:
        raise Unavailable("this alert changes faster than it can be stored: send it again")

    monkeypatch.setattr(alerts, "receive", contended)
    assert post(sender, recorded("alertmanager", "good-firing")).status_code == 503
