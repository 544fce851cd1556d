"""/api/v1/incidents and /api/v1/alerts, as programs use them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.response.models import Incident
from reliability.access.domain.caller import Role
from slo.models import Slo
from tests.cast import AlertFactory, Cast, IncidentFactory, ServiceFactory, SliFactory, SloFactory
from tests.queries import queries_of
from tests.racing import Race

Bearer = Callable[..., Client]
As = Callable[[str], Client]
Declare = Callable[..., Incident]
JSON = "application/json"


@pytest.fixture
def tool(bearer: Bearer, cast: Cast) -> Client:
    """A program of Payments that may respond."""
    return bearer(team=cast.payments, role=Role.RESPONDER.value)


def post(client: Client, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
    return client.post(path, body or {}, content_type=JSON, **more)


WANTED = {"title": "Checkout fails", "team": "payments", "severity": 2}


def test_an_incident_is_declared_read_and_brought_to_its_close(tool: Client, cast: Cast) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    slo: Slo = SloFactory(sli=SliFactory(team=cast.payments, service=service), team=cast.payments, name="pays")
    answer = post(tool, "/api/v1/incidents", {**WANTED, "services": ["checkout"], "slos": [slo.name]})
    assert answer.status_code == 201, answer.content
    incident = answer.json()
    path = f"/api/v1/incidents/{incident['number']}"
    assert (incident["services"], incident["slos"], incident["origin"]) == (["checkout"], ["pays"], "api")
    assert post(tool, f"{path}/acknowledge", {"via": "bot"}).json()["changed"] is True
    again = post(tool, f"{path}/acknowledge").json()
    assert (again["changed"], again["message"].endswith("has acknowledged this already.")) == (False, True)
    assert again["incident"]["acknowledged_at"] is None  # a token is no human
    assert post(tool, f"{path}/resolve", {"reason": "Rolled back."}).json()["incident"]["status"] == "resolved"
    closed = post(tool, f"{path}/close", {"close_reason": "false_positive"}).json()
    assert closed["incident"]["close_reason"] == "false_positive"
    assert post(tool, f"{path}/reopen").json()["incident"]["status"] == "triggered"
    texts = [entry["text"] for entry in tool.get(f"{path}/timeline").json()["items"]]
    assert any("via bot" in text for text in texts)
    assert any("Rolled back." in text for text in texts)


def test_acts_need_no_body(tool: Client, declare: Declare) -> None:
    path = f"/api/v1/incidents/{declare().pk}"
    assert tool.generic("POST", f"{path}/acknowledge").status_code == 200
    assert tool.generic("POST", f"{path}/resolve").status_code == 200


def test_an_idempotency_key_declares_once(tool: Client) -> None:
    headers = {"Idempotency-Key": "deploy-17"}
    first = post(tool, "/api/v1/incidents", WANTED, headers=headers)
    again = post(tool, "/api/v1/incidents", WANTED, headers=headers)
    assert first.json()["number"] == again.json()["number"]
    assert again.headers["Idempotency-Replayed"] == "true"
    other = post(tool, "/api/v1/incidents", {**WANTED, "title": "Other"}, headers=headers)
    assert other.json()["error"]["reason"] == "idempotency_key_reused"
    assert Incident.objects.count() == 1


def test_the_same_key_at_once_declares_once(race: Race, tool: Client) -> None:
    headers = {"Idempotency-Key": "deploy-17"}
    answers = race(*[lambda: post(tool, "/api/v1/incidents", WANTED, headers=headers).json()["number"]] * 3)
    assert len(set(answers)) == 1
    assert race(lambda: Incident.objects.count()) == [1]


def test_a_patch_names_the_revision_it_was_made_from(tool: Client, declare: Declare) -> None:
    path = f"/api/v1/incidents/{declare().pk}"
    etag = tool.get(path).headers["ETag"]
    body = {"title": "Card payments fail", "severity": 1, "phase": "response"}
    changed = tool.patch(path, body, content_type=JSON, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.content
    assert [changed.json()[name] for name in ("title", "severity", "phase", "urgency")] == [
        "Card payments fail", 1, "response", "urgent",
    ]  # fmt: skip
    assert tool.patch(path, {"title": "x"}, content_type=JSON, headers={"If-Match": etag}).status_code == 412
    stale = tool.patch(path, {"title": "x", "revision": 1}, content_type=JSON)
    assert (stale.status_code, stale.json()["error"]["reason"]) == (409, "changed_meanwhile")


def test_roles_are_taken_handed_over_and_laid_down(as_: As, tool: Client, cast: Cast, declare: Declare) -> None:
    path = f"/api/v1/incidents/{declare().pk}/roles"
    responder = as_("responder")
    assert responder.put(f"{path}/commander", {}, content_type=JSON).json()["person"] == "Responder"
    refused = tool.put(f"{path}/commander", {}, content_type=JSON)
    assert (refused.status_code, refused.json()["error"]["reason"]) == (403, "not_a_person")
    given = tool.put(f"{path}/commander", {"email": cast.editor.email}, content_type=JSON)
    assert given.json()["person"] == "Editor"
    assert [(one["person"], one["left_at"] is None) for one in tool.get(path).json()] == [
        ("Responder", False), ("Editor", True),
    ]  # fmt: skip
    unable = tool.put(f"{path}/commander", {"email": cast.viewer.email}, content_type=JSON)
    assert unable.json()["error"]["details"][0]["field"] == "email"
    assert tool.delete(f"{path}/commander?person_id={cast.editor.pk}").status_code == 204
    assert tool.delete(f"{path}/commander?person_id={cast.editor.pk}").status_code == 404


def test_the_timeline_is_written_corrected_and_filtered(tool: Client, declare: Declare) -> None:
    path = f"/api/v1/incidents/{declare().pk}/timeline"
    entry = post(tool, path, {"text": "Rolled back."}).json()
    own = f"{path}/{entry['id']}"
    changed = tool.patch(own, {"text": "Rolled back 2041.", "pinned": True}, content_type=JSON).json()
    assert (changed["text"], changed["pinned"]) == ("Rolled back 2041.", True)
    assert [one["text"] for one in changed["revisions"]] == ["Rolled back."]
    people = tool.get(f"{path}?written=people").json()["items"]
    assert {one["by_human"] for one in people} == {True}
    assert [one["id"] for one in tool.get(f"{path}?pinned=true").json()["items"]] == [entry["id"]]
    removed = tool.delete(own).json()
    assert (removed["removed_at"] is not None, removed["text"].startswith("Removed by")) == (True, True)
    system = tool.get(f"{path}?written=system").json()["items"][0]
    assert tool.patch(f"{path}/{system['id']}", {"text": "no"}, content_type=JSON).status_code == 409


def test_late_events_come_in_once_at_their_own_instants(tool: Client, declare: Declare) -> None:
    path = f"/api/v1/incidents/{declare().pk}/timeline"
    text = "2026-03-02 11:40 UTC first customer calls\n2026-03-02T11:45:00Z – graph goes red"
    assert post(tool, f"{path}/import", {"text": text, "source": "chat"}).json() == {"imported": 2, "known": 0}
    events = [{"at": "2026-03-02T11:40:00Z", "text": "first customer calls"}]
    assert post(tool, f"{path}/import", {"events": events}).json() == {"imported": 0, "known": 1}
    first = tool.get(path).json()["items"][0]
    assert (first["kind"], first["at"], first["data"]["source"]) == ("import", "2026-03-02T11:40:00Z", "chat")
    wrong = post(tool, f"{path}/import", {"text": "yesterday it broke"})
    assert wrong.json()["error"]["details"][0]["index"] == 0


def test_milestones_are_set_in_their_order(tool: Client, declare: Declare, now: datetime) -> None:
    path = f"/api/v1/incidents/{declare().pk}/milestones"
    moved = tool.put(f"{path}/started", {"at": "2026-03-02T11:30:00Z", "reason": "logs"}, content_type=JSON)
    assert moved.json()["started_at"] == "2026-03-02T11:30:00Z"
    early = tool.put(f"{path}/mitigated", {"at": "2026-03-02T11:00:00Z"}, content_type=JSON)
    assert "lies before started" in early.json()["error"]["message"]
    assert tool.put(f"{path}/resolved", {"at": "2026-03-02T12:30:00Z"}, content_type=JSON).status_code == 409
    assert [one["reason"] for one in tool.get(path).json()] == ["logs"]


def test_services_and_objectives_are_added_and_taken_away(tool: Client, cast: Cast, declare: Declare) -> None:
    ServiceFactory(team=cast.payments, name="ledger")
    ServiceFactory(team=cast.search, name="secret")
    path = f"/api/v1/incidents/{declare().pk}"
    assert tool.put(f"{path}/services/ledger").json()["services"] == ["ledger"]
    assert tool.put(f"{path}/services/secret").status_code == 422
    assert tool.delete(f"{path}/services/ledger").json()["services"] == []
    assert tool.delete(f"{path}/services/ledger").status_code == 404


def test_merging_and_splitting_answer_the_incident_to_go_on_with(tool: Client, cast: Cast, declare: Declare) -> None:
    source, target = declare("One"), declare("Two")
    alerts = [AlertFactory(team=cast.payments, incident=source) for _ in range(2)]
    merged = post(tool, f"/api/v1/incidents/{source.pk}/merge", {"into": target.pk}).json()
    assert merged["incident"]["number"] == target.pk
    assert tool.get(f"/api/v1/incidents/{source.pk}").json()["merged_into"] == target.pk
    assert tool.get(f"/api/v1/incidents/{target.pk}/alerts").json()["total"] == 2
    split = post(tool, f"/api/v1/incidents/{target.pk}/split", {"alerts": [alerts[0].pk]})
    assert (split.status_code, split.json()["split_from"]) == (201, target.pk)
    refused = post(tool, f"/api/v1/incidents/{target.pk}/split", {"alerts": [alerts[1].pk]})
    assert refused.json()["error"]["details"][0]["field"] == "alerts"


def test_figures_have_medians_and_counts(tool: Client, cast: Cast) -> None:
    start = datetime.fromisoformat("2026-03-01T00:00:00Z")
    for minutes in (10, 20, 60):
        IncidentFactory(
            team=cast.payments,
            started_at=start,
            detected_at=start + timedelta(minutes=1),
            acknowledged_at=start + timedelta(minutes=6),
            resolved_at=start + timedelta(minutes=minutes),
            status="resolved",
        )
    IncidentFactory(team=cast.payments, started_at=start, detected_at=start)
    answer = tool.get("/api/v1/incidents/figures?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&by=team").json()
    figures = answer["figures"]
    assert (figures["n"], figures["open"], figures["open_unacknowledged"]) == (4, 1, 1)
    assert figures["mtta"] == {"n": 3, "median": 300, "p90": 300, "mean": 300}
    assert (figures["mttr_from_start"]["median"], figures["mttr_from_start"]["p90"]) == (1200, 3120)
    assert [(group["name"], group["figures"]["n"]) for group in answer["groups"]] == [("payments", 4)]
    assert tool.get("/api/v1/incidents/figures/people").status_code == 200


def test_a_list_costs_the_same_for_one_and_for_many(tool: Client, cast: Cast, declare: Declare) -> None:
    service = ServiceFactory(team=cast.payments)
    declare(service_ids=(service.pk,))
    path = "/api/v1/incidents"
    tool.get(path)  # notes that the token is in use
    few = queries_of(tool, path)
    for n in range(5):
        declare(f"n{n}", service_ids=(service.pk,))
    assert queries_of(tool, path) == few
    timeline = f"/api/v1/incidents/{Incident.objects.latest('pk').pk}/timeline"
    few = queries_of(tool, timeline)
    for n in range(5):
        post(tool, timeline, {"text": f"n{n}"})
    assert queries_of(tool, timeline) == few


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("status=triggered", ["Slow search", "Checkout fails"]),
        ("severity=1", ["Slow search"]),
        ("q=checkout", ["Checkout fails"]),
        ("service=shop", ["Checkout fails"]),
        ("team=search", []),
        ("to=2020-01-01T00:00:00Z", []),
    ],
)
def test_incidents_are_found(tool: Client, cast: Cast, declare: Declare, query: str, titles: list[str]) -> None:
    declare(service_ids=(ServiceFactory(team=cast.payments, name="shop").pk,))
    declare("Slow search", severity=1)
    found = tool.get(f"/api/v1/incidents?{query}").json()["items"]
    assert [one["title"] for one in found] == titles


def test_alerts_are_listed_and_read(tool: Client, cast: Cast) -> None:
    alert = AlertFactory(team=cast.payments, payload={"a": 1}, silenced_by="maintenance")
    AlertFactory(team=cast.search)
    assert [one["id"] for one in tool.get("/api/v1/alerts?silenced=true").json()["items"]] == [alert.pk]
    assert tool.get("/api/v1/alerts?silenced=false").json()["total"] == 0
    assert tool.get(f"/api/v1/alerts/{alert.pk}").json()["payload"] == {"a": 1}
