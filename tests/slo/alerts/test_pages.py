"""The pages of burn alerts in a browser, and their API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from reliability.kit.instants import floor_minute
from slo.models import AlertSettings, BurnAlert, Slo
from slo.services.evaluations import evaluate
from tests.cast import Cast, ServiceFactory, SloFactory
from tests.queries import queries_of
from tests.slo.alerts.conftest import measure

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
Bearer = Callable[..., Client]


@pytest.fixture
def burning(cast: Cast) -> Slo:
    """An objective of Payments that pages as you look."""
    now = floor_minute(timezone.now())
    service = ServiceFactory(team=cast.payments, name="shop", title="Shop")
    slo: Slo = SloFactory(
        sli__team=cast.payments, team=cast.payments, service=service, name="checkout", title="Checkout succeeds"
    )
    start = now - timedelta(minutes=12)
    measure(slo, bad=0.0, until=start, minutes=4 * 1440)
    evaluate(slo_ids=[slo.pk], now=start)
    measure(slo, bad=100.0, until=now, minutes=12)
    evaluate(slo_ids=[slo.pk], now=now)
    assert BurnAlert.objects.filter(slo=slo, resolved_at=None).exists()
    return slo


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def test_the_page_says_rules_burn_state_and_replay(burning: Slo, as_: As) -> None:
    text = text_of(as_("viewer"), "/slos/checkout/alerts/")
    for words in (
        "2 % of the budget within 1 h",
        "Fires on burn &gt; 13.44× over 1 h and over 5 min",
        "Firing",
        "still fires: 100× &gt; 13.44× over 5 min",
        "In the last 30 days",
        "rules would have fired",
        "Checkout succeeds burns 20× its error budget",
        "What people were told",
    ):
        assert words in text, words
    assert "Edit the rules" not in text
    assert "Edit the rules" in text_of(as_("editor"), "/slos/checkout/alerts/")
    assert "<html" not in text_of(as_("viewer"), "/slos/checkout/alerts/?part=live")
    assert "over 6 h" in text_of(as_("viewer"), "/slos/checkout/alerts/?rule=page-6h&range=6h")


def test_an_objective_that_was_never_measured_has_a_page_too(cast: Cast, as_: As) -> None:
    SloFactory(team=cast.payments, name="fresh")
    text = text_of(as_("viewer"), "/slos/fresh/alerts/")
    assert "nothing to replay" in text
    assert "Nothing yet. When a rule fires" in text


def test_the_list_shows_open_alerts_first_and_filters(burning: Slo, as_: As) -> None:
    old = BurnAlert.objects.filter(slo=burning).first()
    assert old is not None
    BurnAlert.objects.create(
        slo=burning, condition="own:old", title="An older burn", severity=5, urgency="normal", text="x",
        fire_reason="fires", fired_at=old.fired_at - timedelta(days=1), resolved_at=old.fired_at, resolve_reason="over",
    )  # fmt: skip
    text = text_of(as_("viewer"), "/slos/alerts/")
    assert text.index("burns 20×") < text.index("An older burn")
    assert "An older burn" not in text_of(as_("viewer"), "/slos/alerts/?state=firing")
    assert "burns 20×" not in text_of(as_("viewer"), "/slos/alerts/?severity=5")
    assert "burns 20×" in text_of(as_("viewer"), "/slos/alerts/?team=payments&service=shop&severity=2")
    outside = text_of(as_("outsider"), "/slos/alerts/")
    assert "Checkout" not in outside
    assert "No burn alert has fired yet" in outside
    assert as_("outsider").get("/slos/checkout/alerts/").status_code == 404


def test_the_list_costs_the_same_whatever_its_length(burning: Slo, as_: As) -> None:
    client = as_("viewer")
    before = queries_of(client, "/slos/alerts/")
    BurnAlert.objects.bulk_create(
        BurnAlert(
            slo=burning, condition=f"own:{n}", title=f"Burn {n}", severity=3, urgency="normal", text="x",
            fire_reason="fires", fired_at=timezone.now(),
        )
        for n in range(30)
    )  # fmt: skip
    assert queries_of(client, "/slos/alerts/") == before


def form_of(**changes: Any) -> dict[str, Any]:
    values = {
        "has_page": "on", "has_ticket": "on", "min_bad_events": "5", "min_valid_events": "0",
        "cold_start_bad_events": "50", "watches_silence": "auto", "silence_minutes": "15", "silence_severity": "4",
        "based_on": "0", "conditions-TOTAL_FORMS": "1", "conditions-INITIAL_FORMS": "0",
        "conditions-0-name": "fast", "conditions-0-op": "gt", "conditions-0-threshold": "20",
        "conditions-0-lookback": "10m", "conditions-0-severity": "1",
    }  # fmt: skip
    return values | changes


def test_an_editor_changes_the_rules_with_an_audit_trail(burning: Slo, as_: As) -> None:
    address = "/slos/checkout/alerts/settings/"
    assert as_("responder").get(address).status_code == 403
    assert as_("outsider").get(address).status_code == 404
    editor = as_("editor")
    assert "Own conditions" in text_of(editor, address)
    refused = editor.post(address, form_of(**{"conditions-0-threshold": "100", "silence_minutes": "1"}))
    assert refused.status_code == 422
    refused = editor.post(address, form_of(**{"conditions-0-threshold": "100"}))
    assert refused.status_code == 422
    assert "it can never fire" in refused.content.decode()
    assert 'value="fast"' in refused.content.decode()
    assert editor.post(address, form_of()).status_code == 302
    settings = AlertSettings.objects.get(slo=burning)
    assert [one["name"] for one in settings.conditions] == ["fast"]
    assert BurnAlert.objects.filter(condition="own:fast", resolved_at=None).exists()
    assert AuditEntry.objects.filter(action="alerting.update", object_name="checkout").count() == 1
    stale = editor.post(address, form_of(has_page=""))
    assert stale.status_code == 409
    assert "changed how this objective alerts" in stale.content.decode()
    gone = form_of(**{"based_on": "1", "conditions-INITIAL_FORMS": "1", "conditions-0-DELETE": "on"})
    assert editor.post(address, gone).status_code == 302
    assert not BurnAlert.objects.filter(condition="own:fast", resolved_at=None).exists()


def test_the_objective_page_names_what_fires(burning: Slo, as_: As) -> None:
    text = text_of(as_("viewer"), "/slos/checkout/")
    assert 'id="alerts"' in text
    assert "burns 20×" in text
    assert "/slos/checkout/alerts/" in text


def test_the_api_tells_rules_states_alerts_and_replay(burning: Slo, cast: Cast, bearer: Bearer) -> None:
    viewer = bearer(team=cast.payments, role=Role.VIEWER, scopes=["read"])
    answer = viewer.get("/api/v1/slos/checkout/alerts").json()
    page = answer["rules"][0]
    assert (page["condition"], page["threshold"], page["state"], page["burn_long"]) == (
        "page-1h", 13.44, "burns_on", 20.0,
    )  # fmt: skip
    assert (page["long_window"], page["short_window"]) == ("1h", "5m")
    assert page["budget_share"] == pytest.approx(0.02)
    assert {one["condition"] for one in answer["alerts"]} >= {"page-1h"}
    listed = viewer.get("/api/v1/burn-alerts?state=firing&severity=2").json()
    assert {one["slo"] for one in listed["items"]} == {"checkout"}
    told = viewer.get("/api/v1/slos/checkout/alerts/replay?days=7").json()
    assert {one["condition"] for one in told["firings"]} >= {"page-1h"}
    assert viewer.get("/api/v1/slos/checkout/alerts/replay?days=900").status_code == 422
    outside = bearer(team=cast.search, scopes=["read"])
    assert outside.get("/api/v1/burn-alerts").json()["items"] == []
    for path in ("alerts", "alerting", "alerts/replay"):
        assert outside.get(f"/api/v1/slos/checkout/{path}").status_code == 404


def test_the_api_changes_the_settings_under_their_revision(burning: Slo, cast: Cast, bearer: Bearer) -> None:
    editor, viewer = bearer(team=cast.payments), bearer(team=cast.payments, role=Role.VIEWER)
    address = "/api/v1/slos/checkout/alerting"
    read = editor.get(address)
    assert (read.json()["revision"], read["ETag"]) == (0, '"0"')
    body = {"has_page": False, "silence_minutes": 30, "revision": 0}
    assert viewer.put(address, body, content_type="application/json").status_code == 403
    saved = editor.put(address, body, content_type="application/json")
    assert (saved.status_code, saved.json()["revision"], saved.json()["has_page"]) == (200, 1, False)
    assert not BurnAlert.objects.filter(condition="page-1h", resolved_at=None).exists()
    assert editor.put(address, body, content_type="application/json").status_code == 409
    stale = editor.put(address, body | {"revision": None}, content_type="application/json", headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    never = {"conditions": [{"name": "x", "threshold": 100, "lookback": "1h", "severity": 2}]}
    refused = editor.put(address, never, content_type="application/json")
    assert refused.status_code == 422
    assert "it can never fire" in refused.content.decode()
