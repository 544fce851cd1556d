"""/api/v1/services and /api/v1/teams."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from reliability.access.domain.caller import Role
from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from tests.cast import Cast, DependencyFactory, ServiceFactory, SliFactory

Bearer = Callable[..., Client]
BODY = {
    "name": "checkout",
    "title": "Checkout",
    "team": "payments",
    "tier": 1,
    "layer": "cluster",
    "links": [{"title": "Dashboard", "url": "https://grafana.example.org/d/1"}],
    "labels": {"cost-centre": "1234"},
    "reason": "goes live",
}


@pytest.fixture
def editor(cast: Cast, bearer: Bearer) -> Client:
    return bearer(team=cast.payments, role=Role.EDITOR, name="deploy", prefix="rel_deploy")


def test_a_service_is_created_read_changed_and_deleted(cast: Cast, editor: Client) -> None:
    made = editor.post("/api/v1/services", BODY, content_type="application/json")
    assert made.status_code == 201, made.content
    assert editor.get("/api/v1/services/checkout").json() == made.json()
    changed = editor.patch("/api/v1/services/checkout", {"tier": 2}, content_type="application/json").json()
    assert (changed["tier"], changed["title"], changed["links"]) == (2, "Checkout", BODY["links"])
    assert editor.delete("/api/v1/services/checkout").status_code == 204
    assert editor.get("/api/v1/services/checkout").status_code == 404
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "actor_name")) == [
        ("service.create", "token deploy (rel_deploy…)"),
        ("service.change", "token deploy (rel_deploy…)"),
        ("service.delete", "token deploy (rel_deploy…)"),
    ]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"name": "Check out"}, 422, "name"),
        ({"name": "new"}, 422, "name"),
        ({"tier": 9}, 422, "tier"),
        ({"layer": "cloud"}, 422, "layer"),
        ({"links": [{"title": "x", "url": "javascript:alert(1)"}]}, 422, "links"),
        ({"runbook_url": "ftp://example.org"}, 422, "runbook_url"),
        ({"labels": {"": "x"}}, 422, "labels"),
        ({"team": "search"}, 404, None),
        ({"team": "commons"}, 403, None),
    ],
    ids=[
        "a name with a space",
        "a reserved name",
        "a ninth tier",
        "an unknown layer",
        "a script as link",
        "a runbook that is no web page",
        "an empty label",
        "a private team of others",
        "an open team of others",
    ],
)
def test_a_mistake_is_named_in_the_envelope(
    cast: Cast, editor: Client, change: dict[str, object], status: int, field: str | None
) -> None:
    answer = editor.post("/api/v1/services", BODY | change, content_type="application/json")
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    assert error["message"]
    if field:
        assert any(field in str(detail.get("field", "")) for detail in error["details"]), error
    assert not Service.objects.exists()


def test_a_name_in_use_is_409(cast: Cast, editor: Client) -> None:
    ServiceFactory(team=cast.search, name="checkout")
    answer = editor.post("/api/v1/services", BODY, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["reason"]) == (409, "exists")


def test_a_service_in_use_is_409_with_its_users(cast: Cast, editor: Client) -> None:
    SliFactory(team=cast.payments, name="errors", service=ServiceFactory(team=cast.payments, name="checkout"))
    answer = editor.delete("/api/v1/services/checkout")
    assert (answer.status_code, answer.json()["error"]["reason"]) == (409, "in_use")
    assert "SLI errors" in answer.json()["error"]["message"]


def test_the_list_is_filtered_and_paged(cast: Cast, editor: Client) -> None:
    for number in range(5):
        ServiceFactory(team=cast.payments, name=f"shop-{number}", tier=1 + number % 2)
    ServiceFactory(team=cast.search, name="shop-secret")
    page = editor.get("/api/v1/services?q=shop&limit=2&offset=2").json()
    assert ([item["name"] for item in page["items"]], page["total"]) == (["shop-2", "shop-3"], 5)
    assert editor.get("/api/v1/services?tier=2").json()["total"] == 2
    assert editor.get("/api/v1/services?tier=7").status_code == 422


def test_dependencies_are_set_read_and_removed(cast: Cast, editor: Client) -> None:
    for name in ("shop", "checkout"):
        ServiceFactory(team=cast.payments, name=name)
    DependencyFactory(service=ServiceFactory(team=cast.search), needs=Service.objects.get(name="checkout"))
    path = "/api/v1/services/shop/dependencies/checkout"
    answer = editor.put(path, {"kind": "soft"}, content_type="application/json")
    assert answer.json() == {"service": "checkout", "kind": "soft"}
    assert editor.get("/api/v1/services/checkout/dependencies").json() == {
        "needs": {"services": [], "hidden_count": 0},
        "needed_by": {"services": [{"service": "shop", "kind": "soft"}], "hidden_count": 1},
    }
    refused = editor.put("/api/v1/services/checkout/dependencies/shop", {}, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["reason"]) == (409, "dependency_cycle")
    assert "checkout → shop → checkout" in refused.json()["error"]["message"]
    assert editor.delete(path).status_code == 204
    assert editor.delete(path).status_code == 404


def test_teams_and_members_are_kept_through_the_api(cast: Cast, bearer: Bearer) -> None:
    chief = bearer(team=None, role=Role.ADMINISTRATOR)
    made = chief.post("/api/v1/teams", {"name": "Billing"}, content_type="application/json")
    assert (made.status_code, made.json()["slug"], made.json()["is_private"]) == (201, "billing", True)
    path = "/api/v1/teams/billing/members"
    body = {"email": "editor@example.org", "role": "administrator"}
    assert chief.put(path, body, content_type="application/json").json()["role"] == "administrator"
    lowered = chief.put(path, body | {"role": "viewer"}, content_type="application/json")
    assert (lowered.status_code, lowered.json()["error"]["reason"]) == (409, "last_administrator")
    members = chief.get(path).json()
    assert [(item["email"], item["role"]) for item in members["items"]] == [("editor@example.org", "administrator")]
    changed = chief.patch("/api/v1/teams/billing", {"is_private": False}, content_type="application/json")
    assert changed.json()["is_private"] is False
    assert chief.delete(f"{path}/{cast.editor.pk}").status_code == 409
    chief.put(path, {"email": "viewer@example.org", "role": "administrator"}, content_type="application/json")
    assert chief.delete(f"{path}/{cast.editor.pk}").status_code == 204
    assert {item["slug"] for item in chief.get("/api/v1/teams").json()["items"]} == {
        "billing",
        "commons",
        "payments",
        "search",
    }
