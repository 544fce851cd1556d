"""Pages of integrations, monitors and silences."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.intake.models import Integration, Monitor, Silence
from incidents.intake.sources.generic.presets import PRESETS
from tests.cast import Cast, IntegrationFactory, MonitorFactory, ServiceFactory
from tests.intake.conftest import Make
from tests.queries import queries_of

As = Callable[[str], Client]
COMMON = {"title": "Shop", "name": "shop", "team": "payments", "by": "alert", "is_enabled": "on"}
CRON = {"title": "Backup", "name": "backup", "team": "payments", "rhythm": "cron", "grace": "1h", "severity": "2"}
AM = COMMON | {"config-severity_label": "severity", "config-default_severity": "3"}


def shown_key(content: str) -> str:
    found = re.search(r"credentials: ([0-9a-f]{32})", content)
    assert found is not None
    return found[1]


def test_a_new_integration_shows_its_key_once(as_: As, cast: Cast) -> None:
    editor = as_("editor")
    answer = editor.post("/integrations/new/?kind=alertmanager", AM)
    assert answer.status_code == 201, answer.content.decode()[-3000:]
    key = shown_key(answer.content.decode())
    assert key not in editor.get("/integrations/shop/").content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_a_mistake_stands_at_its_field_and_keeps_what_was_typed(as_: As, cast: Cast) -> None:
    answer = as_("editor").post("/integrations/new/?kind=alertmanager", AM | {"by": "labels", "labels": ""})
    assert answer.status_code == 422
    assert "name 1 to 10 labels" in answer.content.decode()
    assert not Integration.objects.exists()


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_reads_its_own_sample(as_: As, cast: Cast, name: str) -> None:
    page = as_("editor").get(f"/integrations/new/?kind=generic&preset={name}")
    forms = page.context["config_form"]
    data = {f"config-{field}": forms[field].value() or "" for field in forms.fields}
    tried = data | {"try": "1", "sample": PRESETS[name].sample_text()}
    answer = as_("editor").post(f"/integrations/new/?kind=generic&preset={name}", tried)
    preview = answer.context["preview"]
    assert (preview.mistake, [reading.mistakes for reading in preview.readings]) == ("", [[]])
    assert preview.readings[0].alert.title
    assert answer.status_code == 200
    assert "This field is required" not in answer.content.decode()
    assert not Integration.objects.exists(), "trying saves nothing"


def test_each_mistake_of_a_mapping_is_shown_at_its_field(as_: As, cast: Cast) -> None:
    tried = {
        "config-alerts": "alerts",
        "config-key": "id",
        "config-title": "name",
        "config-started_at": "at",
        "config-default_severity": "3",
        "sample": json.dumps({"alerts": [{"name": "a", "at": "noon"}]}),
        "try": "1",
    }
    content = as_("editor").post("/integrations/new/?kind=generic", tried).content.decode()
    assert "found nothing: an alert needs it" in content
    assert "is no instant" in content


def test_the_mapping_that_was_tried_is_the_one_that_is_saved(as_: As, cast: Cast, sender: Client) -> None:
    mapping = {
        "config-key": "id",
        "config-title": "name",
        "config-labels": "{host: host}",
        "config-default_severity": "4",
        "config-links": "Details = url",
    }
    answer = as_("editor").post("/integrations/new/?kind=generic", COMMON | mapping)
    assert answer.status_code == 201
    stored = Integration.objects.get()
    assert stored.title == "Shop"
    assert stored.config["title"] == "name"
    assert stored.config["labels"] == "{host: host}"
    assert stored.config["links"] == {"Details": "url"}


def test_a_new_key_is_shown_once(as_: As, integrate: Make) -> None:
    integrate("alertmanager", name="shop")
    answer = as_("editor").post("/integrations/shop/keys/new/", {"overlap_hours": "24", "reason": ""})
    assert len(shown_key(answer.content.decode())) == 32


def test_a_stale_edit_is_told(as_: As, integrate: Make) -> None:
    integrate("alertmanager", name="shop")
    answer = as_("editor").post("/integrations/shop/edit/", AM | {"revision": "7"})
    assert answer.status_code == 422
    assert "somebody changed this integration" in answer.content.decode()


@pytest.mark.parametrize("path", ["/integrations/", "/monitors/", "/silences/"])
def test_a_list_takes_the_same_queries_however_long(as_: As, cast: Cast, now: Any, path: str) -> None:
    def add(count: int) -> None:
        service = ServiceFactory(team=cast.payments)
        for integration in IntegrationFactory.create_batch(count, team=cast.payments, service=service):
            Silence.objects.create(
                team=cast.payments,
                integration=integration,
                service=service,
                start_at=now,
                end_at=now + timedelta(hours=1),
                reason="x",
                author_name="Editor",
            )
        MonitorFactory.create_batch(count, team=cast.payments, service=service)

    viewer = as_("viewer")
    add(2)
    queries_of(viewer, path)
    few = queries_of(viewer, path)
    add(20)
    assert queries_of(viewer, path) == few


def test_a_new_monitor_shows_its_address_once(as_: As, cast: Cast, sender: Client) -> None:
    editor = as_("editor")
    data = CRON | {"rhythm": "period", "period": "1d"}
    content = editor.post("/monitors/new/", data).content.decode()
    found = re.search(r"/ping/([\w-]{20,})", content)
    assert found is not None
    assert found[1] not in editor.get("/monitors/backup/").content.decode()
    assert sender.get(f"/ping/{found[1]}").status_code == 200
    assert Monitor.objects.get().state == "up"


def test_a_monitor_by_cron_expression_shows_when_it_is_due(as_: As, cast: Cast) -> None:
    editor = as_("editor")
    data = CRON | {"period": "nonsense", "cron": "5 3 * * *", "time_zone": "Europe/Berlin"}
    answer = editor.post("/monitors/new/", data)
    assert answer.status_code == 201, answer.content.decode()
    content = answer.content.decode()
    assert "At 03:05 every day on the clocks of Europe/Berlin." in content
    assert len(re.findall(r" 03:05 CES?T\)", content)) == 5
    page = editor.get("/monitors/backup/edit/").content.decode()
    assert 'value="5 3 * * *"' in page
    assert '<option value="Europe/Berlin" selected>' in page
    changed = {"rhythm": "period", "period": "2h", "cron": "5 3 * * *", "revision": "1"}
    assert editor.post("/monitors/backup/edit/", data | changed).status_code == 302
    stored = Monitor.objects.get()
    assert (stored.period_seconds, stored.cron, stored.time_zone) == (7200, "", "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cron": ""}, "write one, such as 5 3 * * *"),
        ({"cron": "61 3 * * *"}, "minute: &#x27;61&#x27; cannot be read or never comes: write 0 to 59"),
        ({"rhythm": "period", "period": ""}, "write one, such as 1d"),
        ({"rhythm": "period", "period": "soon"}, "soon"),
    ],
)
def test_a_rhythm_that_cannot_be_says_what_to_change(as_: As, cast: Cast, changes: Any, words: str) -> None:
    answer = as_("editor").post("/monitors/new/", CRON | {"time_zone": "Europe/Berlin"} | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Monitor.objects.exists()


def test_a_silence_is_filled_from_its_address_and_saved(as_: As, cast: Cast) -> None:
    responder = as_("responder")
    page = responder.get("/silences/new/?team=payments&matchers=alertname+%3D+DiskFull&reason=move").content.decode()
    assert "alertname = DiskFull" in page
    data = {
        "team": "payments",
        "matchers": "alertname = DiskFull",
        "start_at": "2026-03-02T12:00:00Z",
        "end_at": "2099-03-02T12:00:00Z",
        "reason": "move",
    }
    refused = responder.post("/silences/new/", data)
    assert "at most 90 days" in refused.content.decode()
    assert not Silence.objects.exists()


def test_a_viewer_is_offered_nothing_to_change(as_: As, integrate: Make) -> None:
    integrate("alertmanager", name="shop")
    content = as_("viewer").get("/integrations/shop/").content.decode()
    assert "/integrations/shop/edit/" not in content
    assert "/integrations/shop/keys/new/" not in content
