"""Senders of deployments over the API: connected, changed, their keys, what they sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reliability.access.domain.caller import Role, Scope
from reliability.access.models import AuditEntry
from reliability.delivery.models import Deployment, RawDelivery
from reliability.delivery.services import replaying
from reliability.outbox.models import Due
from tests.cast import Cast, ServiceFactory
from tests.queries import queries_of

Bearer = Callable[..., Client]
URL = "/api/v1/delivery-integrations"
BODY = {"name": "ci", "title": "Pipelines", "team": "payments", "kind": "json"}
ROW = {
    "id": "1",
    "service": "checkout",
    "environment": "production",
    "finished_at": "2026-03-02T12:00:00Z",
    "outcome": "succeeded",
    "revision": "c1",
}


@pytest.fixture
def editor(cast: Cast, bearer: Bearer) -> Client:
    return bearer(team=cast.payments, role=Role.EDITOR)


def post(client: Client, url: str, body: Any) -> Any:
    return client.post(url, body, content_type="application/json")


def deliver(sender: Client, key: str, row: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return sender.post("/delivery/in/ci", row, content_type="application/json", headers=headers).status_code


def test_a_sender_from_its_first_key_to_its_end(cast: Cast, editor: Client, client: Client) -> None:
    ServiceFactory(team=cast.payments, name="checkout")
    made = post(editor, URL, BODY | {"config": {"production": ["live"]}, "reason": "we begin to count"})
    assert made.status_code == 201, made.content
    key = made.json()["key"]
    assert made.json()["address"].endswith("/delivery/in/ci")
    assert key not in editor.get(f"{URL}/ci").content.decode()
    assert deliver(client, key, ROW) == 202
    assert editor.get(f"{URL}/ci").json()["health"] == "healthy"

    changed = editor.patch(f"{URL}/ci", {"service": "checkout", "config": {"production": []}}, "application/json")
    assert (changed.json()["service"], changed.json()["config"], changed.json()["revision"]) == ("checkout", {}, 2)
    stale = editor.patch(f"{URL}/ci", {"title": "x", "revision": 1}, "application/json")
    assert stale.status_code == 409
    second = post(editor, f"{URL}/ci/keys", {"overlap_hours": 1})
    assert second.status_code == 201
    ids = [one["id"] for one in editor.get(f"{URL}/ci").json()["keys"]]
    assert ids[0] == second.json()["id"]
    assert deliver(client, key, ROW) == 202, "both are in force"
    assert editor.delete(f"{URL}/ci/keys/{ids[-1]}").status_code == 204
    assert deliver(client, key, ROW) == 401
    assert deliver(client, second.json()["key"], ROW) == 202
    assert editor.delete(f"{URL}/ci").status_code == 204
    assert Deployment.objects.count() == 1
    actions = AuditEntry.objects.filter(object_kind="delivery_integration").order_by("pk")
    assert [one.partition(".")[2] for one in actions.values_list("action", flat=True)] == [
        *("create", "update", "rotate", "revoke_key", "delete")
    ]


def test_rejects_tell_their_reason_and_are_read_again(cast: Cast, editor: Client, client: Client) -> None:
    key = post(editor, URL, BODY).json()["key"]
    assert deliver(client, key, ROW) == 422
    assert deliver(client, key, ROW | {"id": 2, "outcome": "maybe"}) == 422
    rejects = editor.get(f"{URL}/ci/payloads?state=rejected").json()["items"]
    assert [one["reason"] for one in rejects] == ["invalid", "unknown_service"]
    assert editor.get(f"{URL}/ci").json()["rejects"] == 2
    one = editor.get(f"{URL}/ci/payloads/{rejects[1]['id']}").json()
    assert ('"service"' in one["body"], one["times"], one["state"]) == (True, 1, "rejected")
    assert editor.get(f"{URL}/ci/payloads/999999").status_code == 404

    ServiceFactory(team=cast.payments, name="checkout")
    answer = post(editor, f"{URL}/ci/replay", {})
    assert (answer.status_code, answer.json()) == (202, {"count": 2})
    due = Due.objects.get(kind=replaying.KIND)
    replaying.go_on(integration_id=int(due.key), payload=due.payload, now=timezone.now())
    states = RawDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["done", "rejected"]
    assert Deployment.objects.get().revision == "c1"
    assert post(editor, f"{URL}/ci/replay", {"what": "everything"}).json() == {"count": 2}


def test_settings_that_are_none_are_refused_at_their_field(editor: Client) -> None:
    answer = post(editor, URL, BODY | {"kind": "github", "service": "nowhere"})
    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (422, "service")
    answer = post(editor, URL, BODY | {"config": {"pipelines": True, "services": {"a": "nowhere"}}})
    assert answer.json()["error"]["details"][0]["field"] == "config.pipelines"


@pytest.mark.parametrize("what", [{"role": Role.VIEWER}, {"role": Role.EDITOR, "scopes": [Scope.READ]}])
def test_who_may_not_write_changes_nothing(cast: Cast, editor: Client, bearer: Bearer, what: dict[str, Any]) -> None:
    key_id = post(editor, URL, BODY).json()["keys"][0]["id"]
    reader = bearer(team=cast.payments, **what)
    assert reader.get(f"{URL}/ci").status_code == 200
    assert post(reader, URL, BODY | {"name": "other"}).status_code == 403
    assert reader.patch(f"{URL}/ci", {"title": "x"}, "application/json").status_code == 403
    assert reader.delete(f"{URL}/ci").status_code == 403
    assert post(reader, f"{URL}/ci/keys", {}).status_code == 403
    assert reader.delete(f"{URL}/ci/keys/{key_id}").status_code == 403
    assert post(reader, f"{URL}/ci/replay", {}).status_code == 403


def test_the_list_asks_as_much_for_many_as_for_one(editor: Client) -> None:
    post(editor, URL, BODY)
    few = queries_of(editor, URL)
    for number in range(4):
        post(editor, URL, BODY | {"name": f"ci-{number}"})
    assert editor.get(f"{URL}?kind=json&q=pipe&team=payments").json()["total"] == 5
    assert queries_of(editor, URL) == few
