"""Integrations, monitors and silences over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from incidents.response.models import Alert
from reliability.access.domain.caller import Role
from tests.cast import Cast, IntegrationFactory, MonitorFactory
from tests.intake.conftest import KEY, Make, recorded
from tests.queries import queries_of

Bearer = Callable[..., Client]
URL = "/api/v1/integrations"
BODY = {"name": "shop", "title": "Shop", "team": "payments", "kind": "alertmanager"}
MONITOR = {"name": "backup", "title": "Backup", "team": "payments", "period": "1d", "grace": "1h"}


@pytest.fixture
def editor(cast: Cast, bearer: Bearer) -> Client:
    return bearer(team=cast.payments, role=Role.EDITOR)


def post(client: Client, url: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(url, body or {}, content_type="application/json")


def patch(client: Client, url: str, body: dict[str, Any]) -> Any:
    return client.patch(url, body, content_type="application/json")


def test_an_integration_from_its_first_key_to_its_end(editor: Client, sender: Client) -> None:
    made = post(editor, URL, BODY)
    assert made.status_code == 201, made.content
    key = made.json()["key"]
    assert key not in editor.get(f"{URL}/shop").content.decode()
    webhook = recorded("alertmanager", "good-firing")
    assert sender.post(f"/intake/{key}/alertmanager", webhook, content_type="application/json").status_code == 200
    assert editor.get(f"{URL}/shop").json()["health"] == "healthy"
    changed = patch(editor, f"{URL}/shop", {"title": "Shop 2", "grouping": {"by": "labels", "labels": ["job"]}})
    assert changed.json()["grouping"] == {"by": "labels", "labels": ["job"]}
    assert changed.json()["config"]["severity_label"] == "severity", "what is absent stays"
    assert patch(editor, f"{URL}/shop", {"title": "x", "revision": 1}).status_code == 409
    second = post(editor, f"{URL}/shop/keys", {"overlap_hours": 1})
    assert second.status_code == 201
    ids = [one["id"] for one in editor.get(f"{URL}/shop").json()["keys"]]
    assert len(ids) == 2
    assert editor.delete(f"{URL}/shop/keys/{ids[-1]}").status_code == 204
    assert sender.post(f"/intake/{key}/alertmanager", webhook, content_type="application/json").status_code == 401
    assert editor.delete(f"{URL}/shop").status_code == 204
    assert Alert.objects.count() == 2


def test_rejects_are_read_and_forgotten(editor: Client, sender: Client) -> None:
    key = post(editor, URL, BODY).json()["key"]
    sender.post(f"/intake/{key}/alertmanager", b"[", content_type="application/json")
    (reject,) = editor.get(f"{URL}/shop/rejects").json()["items"]
    assert (reject["reason"], reject["body"]) == ("malformed", "[")
    assert editor.delete(f"{URL}/shop/rejects").status_code == 204
    assert editor.get(f"{URL}/shop/rejects").json()["total"] == 0


def test_a_mapping_is_tried_without_being_stored(editor: Client) -> None:
    body = {"config": {"key": "id", "title": "name", "action": "state", "resolve_words": ["ok"]}, "body": {"id": 7}}
    answer = post(editor, f"{URL}/preview", body)
    assert answer.status_code == 200, answer.content
    fields = answer.json()["alerts"][0]["fields"]
    assert fields["key"] == {"expression": "id", "value": 7, "mistake": ""}
    assert fields["title"]["mistake"] == "found nothing: an alert needs it"
    body["body"] = {"id": 7, "name": "Disk", "state": "OK"}
    assert post(editor, f"{URL}/preview", body).json()["alerts"][0]["action"] == "resolve"
    assert post(editor, f"{URL}/preview", {"config": {"key": "["}, "body": {}}).status_code == 422


def test_a_monitor_from_its_address_to_its_end(editor: Client, sender: Client) -> None:
    made = post(editor, "/api/v1/monitors", MONITOR)
    assert made.status_code == 201, made.content
    path = "/ping/" + made.json()["address"].rpartition("/")[2]
    assert sender.get(f"{path}/fail").status_code == 200
    shown = editor.get("/api/v1/monitors/backup").json()
    assert (shown["state"], shown["period"], shown["state_reason"]) == ("down", "1d", "it told of a failure")
    assert "address" not in shown
    assert [call["kind"] for call in editor.get("/api/v1/monitors/backup/calls").json()] == ["fail"]
    assert post(editor, "/api/v1/monitors/backup/pause").json()["state"] == "paused"
    assert post(editor, "/api/v1/monitors/backup/resume").json()["state"] == "up"
    assert patch(editor, "/api/v1/monitors/backup", {"period": "2h"}).json()["period"] == "2h"
    assert post(editor, "/api/v1/monitors/backup/address").status_code == 201
    assert sender.get(path).status_code == 404
    assert editor.delete("/api/v1/monitors/backup").status_code == 204


def test_a_monitor_by_cron_expression(editor: Client) -> None:
    body = {"name": "backup", "title": "Backup", "team": "payments", "grace": "1h", "cron": "5  3 * * *"}
    made = post(editor, "/api/v1/monitors", body | {"time_zone": "Europe/Berlin"})
    assert made.status_code == 201, made.content
    assert (made.json()["cron"], made.json()["time_zone"], made.json()["period"]) == (
        "5 3 * * *",
        "Europe/Berlin",
        None,
    )
    url = "/api/v1/monitors/backup"
    due = [datetime.fromisoformat(at).astimezone(ZoneInfo("Europe/Berlin")) for at in made.json()["next_expected"]]
    assert [f"{at:%H:%M}" for at in due] == ["03:05"] * 5
    moved = patch(editor, url, {"time_zone": "America/New_York"}).json()
    assert (moved["cron"], moved["time_zone"]) == ("5 3 * * *", "America/New_York")
    every = patch(editor, url, {"period": "2h"}).json()
    assert (every["cron"], every["time_zone"], every["period"]) == (None, None, "2h")
    assert patch(editor, url, {"cron": "@daily"}).json()["cron"] == "0 0 * * *"
    assert editor.get("/api/v1/monitors").json()["items"][0]["cron"] == "0 0 * * *"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({}, "period", "either a period or a cron expression"),
        ({"period": "1d", "cron": "5 3 * * *"}, "period", "either a period or a cron expression"),
        ({"cron": "5 3 * *"}, "cron", "write five fields"),
        ({"cron": "5 24 * * *"}, "cron", "hour: '24' cannot be read"),
        ({"cron": "5 3 * * *", "time_zone": "Berlin"}, "time_zone", "write a name such as Europe/Berlin"),
    ],
)
def test_what_is_wrong_with_a_rhythm_is_named(editor: Client, changes: Any, field: str, words: str) -> None:
    body = {"name": "backup", "title": "Backup", "team": "payments", "grace": "1h"} | changes
    (detail,) = post(editor, "/api/v1/monitors", body).json()["error"]["details"]
    assert detail["field"].endswith(field)
    assert words in detail["message"]


def test_a_silence_begins_and_ends(editor: Client) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    wanted = {
        "team": "payments",
        "matchers": [{"label": "alertname", "op": "=~", "value": "Disk.*"}],
        "end_at": tomorrow.isoformat(),
        "reason": "move",
    }
    for end_at in ("2020-01-01T00:00:00Z", 4_000_000_000):
        refused = post(editor, "/api/v1/silences", wanted | {"end_at": end_at})
        assert refused.json()["error"]["details"][0]["field"] == "end_at"
    made = post(editor, "/api/v1/silences", wanted)
    assert (made.status_code, made.json()["state"]) == (201, "active"), made.content
    path = f"/api/v1/silences/{made.json()['id']}"
    assert post(editor, f"{path}/expire").json()["state"] == "over"
    assert post(editor, f"{path}/expire").status_code == 409
    assert editor.get("/api/v1/silences?state=active").json()["total"] == 0


def test_an_outsider_finds_nothing(editor: Client, cast: Cast, bearer: Bearer) -> None:
    post(editor, URL, BODY)
    post(editor, "/api/v1/monitors", MONITOR)
    outsider = bearer(team=cast.search, role=Role.EDITOR)
    for path in (f"{URL}/shop", f"{URL}/shop/rejects", "/api/v1/monitors/backup", "/api/v1/monitors/backup/calls"):
        assert outsider.get(path).status_code == 404, path
    assert outsider.get(URL).json()["total"] == 0
    assert post(outsider, URL, BODY | {"name": "other"}).status_code == 404


@pytest.mark.parametrize("path", [URL, "/api/v1/monitors", "/api/v1/silences"])
def test_lists_take_the_same_queries_however_long(editor: Client, cast: Cast, path: str) -> None:
    IntegrationFactory.create_batch(2, team=cast.payments)
    MonitorFactory.create_batch(2, team=cast.payments)
    queries_of(editor, path)
    few = queries_of(editor, path)
    IntegrationFactory.create_batch(20, team=cast.payments)
    MonitorFactory.create_batch(20, team=cast.payments)
    assert queries_of(editor, path) == few


def test_an_integration_is_well_again_with_the_next_event_that_is_taken(
    editor: Client, sender: Client, integrate: Make, time_machine: Any
) -> None:
    integrate("generic", name="events", config={"key": "id", "title": "title"})

    def tell(at: str, body: str) -> str:
        time_machine.move_to(f"2026-03-02T12:00:{at}Z", tick=False)
        sender.post(f"/intake/{KEY}/generic", body, content_type="application/json")
        health: str = editor.get(f"{URL}/events").json()["health"]
        return health

    good = '{"id": 1, "title": "Disk is full"}'
    assert tell("00", good) == "healthy"
    assert tell("05", "{") == "failing"
    assert tell("10", good) == "healthy", "although something was noted less than thirty seconds before"
    assert tell("15", good) == "healthy"
