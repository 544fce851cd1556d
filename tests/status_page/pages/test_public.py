"""Public pages over HTTP, past the kept copies: who sees them, at which address, how often they ask the database."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from incidents.status_page.domain.states import ComponentState as C
from incidents.status_page.public.rendering import KINDS, render
from incidents.status_page.services import components, groups, incidents, pages
from incidents.status_page.services.components import ComponentDraft
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.pages import PageDraft
from incidents.status_page.services.updates import UpdateDraft
from reliability.access.domain.caller import Role
from reliability.web.errors import Conflict, Invalid
from tests.status_page.pages.conftest import NOON, World

ROOT = "https://status.example.com"
DRAFT = PageDraft("shop", "Shop", zone="Europe/Berlin")


def open_one(world: World, title: str = "Orders fail") -> str:
    return incidents.open_incident(
        caller=world.caller(),
        page_id=world.page.pk,
        draft=IncidentDraft(title),
        update=UpdateDraft("investigating", "We look.", {world.checkout.pk: C.DEGRADED_PERFORMANCE}),
        now=NOON,
    ).code


def test_a_public_page_is_for_everybody_and_leaves_nothing_behind(
    world: World, time_machine: TimeMachineFixture
) -> None:
    open_one(world)
    outside = Client()
    for kind in KINDS:
        time_machine.move_to(NOON + timedelta(hours=1), tick=False)
        answer = outside.get(f"/status/shop/{'' if kind == 'index' else kind}")
        assert answer.status_code == 200, kind
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert not answer.cookies
        time_machine.shift(59)  # it says as of which minute it is: to ask again within that minute brings nothing new
        again = outside.get(
            f"/status/shop/{'' if kind == 'index' else kind}", headers={"If-None-Match": answer["ETag"]}
        )
        assert (again.status_code, again.content) == (304, b""), kind
        if kind.endswith(".json"):
            assert json.loads(answer.content)["page"]["time_zone"] == "Europe/Berlin"
    assert outside.get("/status/shop").headers["Location"] == "/status/shop/"
    assert outside.post("/status/shop/").status_code == 405
    assert outside.head("/status/shop/badge.svg").status_code == 200
    missing = outside.get("/status/shop/incidents/abcdefghijkl")
    assert missing.status_code == 404
    assert b"nothing at this address" in missing.content
    for path in ("/status/nobody/", "/status/", "/status/shop/../x", "/status/SHOP/"):
        assert outside.get(path).status_code == 404, path


def test_a_private_page_opens_with_a_key_and_is_not_there_without(world: World) -> None:
    private = PageDraft("shop", "Shop", is_public=False, zone="Europe/Berlin")
    pages.edit(caller=world.caller(), page_id=world.page.pk, draft=private, now=NOON)
    made = pages.create_token(caller=world.caller(), page_id=world.page.pk, name="Support", now=NOON)
    outside = Client()
    hidden, absent = outside.get("/status/shop/"), outside.get("/status/nobody/")
    assert (hidden.status_code, hidden.content) == (404, absent.content), "told apart by nothing"
    assert outside.get("/status/shop/key/wrong-wrong-wrong-wrong/").status_code == 404
    opened = outside.get(f"/status/shop/key/{made.secret}/")
    assert opened.status_code == 200
    assert f"/status/shop/key/{made.secret}/history".encode() in opened.content
    assert b"noindex" in opened.content
    assert opened["Cache-Control"].startswith("private")
    assert "Access-Control-Allow-Origin" not in opened
    by_header = outside.get("/status/shop/api/v2/status.json", headers={"X-Status-Page-Key": made.secret})
    assert by_header.status_code == 200
    pages.revoke_token(caller=world.caller(), page_id=world.page.pk, token_id=made.token.pk, now=NOON)
    assert outside.get(f"/status/shop/key/{made.secret}/").status_code == 404


def test_a_page_lies_at_the_root_of_its_own_domain_and_nothing_else_does(world: World) -> None:
    own = PageDraft("shop", "Shop", domain="Status.Shop.Example.", zone="Europe/Berlin")
    pages.edit(caller=world.caller(), page_id=world.page.pk, draft=own, now=NOON)
    outside = Client(headers={"Host": "status.shop.example"})
    index = outside.get("/")
    assert index.status_code == 200
    assert b"http://status.shop.example/history" in index.content
    assert outside.get("/api/v2/status.json").json()["page"]["url"] == "http://status.shop.example"
    assert outside.get("/sign-in/").status_code == 404
    assert outside.get("/incidents/").status_code == 404


def test_slugs_domains_and_zones_are_checked_at_their_field(world: World) -> None:
    taken = pages.create
    bad = PageDraft("Sh op", "", support_url="javascript:alert(1)", domain="http://x", zone="Nowhere")
    with pytest.raises(Invalid) as refused:
        taken(caller=world.caller(), team_id=world.cast.payments.pk, draft=bad, now=NOON)
    assert {one["field"] for one in refused.value.details} == {"slug", "title", "support_url", "domain", "zone"}
    with pytest.raises(Invalid) as refused:
        taken(caller=world.caller(), team_id=world.cast.payments.pk, draft=DRAFT, now=NOON)
    assert [one["field"] for one in refused.value.details] == ["slug"]
    with pytest.raises(Conflict):
        pages.edit(caller=world.caller(), page_id=world.page.pk, draft=DRAFT, expected_revision=7, now=NOON)


def test_a_page_costs_the_same_queries_whatever_is_on_it(world: World) -> None:
    def cost(kind: str) -> int:
        world.page.refresh_from_db()
        with CaptureQueriesContext(connection) as queries:
            assert render(world.page, kind, NOON, root=ROOT) is not None
        return len(queries)

    open_one(world)
    kinds = ("index", "api/v2/summary.json", "history.atom")
    before = [cost(kind) for kind in kinds]
    for number in range(4):
        open_one(world, f"Trouble {number}")
        draft = ComponentDraft(f"Part {number}", slo_ids=(world.slo.pk,))
        components.create(caller=world.caller(), page_id=world.page.pk, draft=draft, now=NOON)
    assert [cost(kind) for kind in kinds] == before
    assert max(before) <= 12


def test_components_are_ordered_step_by_step_and_groups_dissolve(world: World) -> None:
    editor = world.caller()
    components.shift(caller=editor, page_id=world.page.pk, component_id=world.search.pk, steps=-1, now=NOON)
    order = world.page.components.filter(group=None).order_by("position", "pk").values_list("name", flat=True)
    assert list(order) == ["Search", "Telephone"]
    group = world.page.groups.get()
    groups.remove(caller=editor, page_id=world.page.pk, group_id=group.pk, now=NOON)
    assert world.page.components.filter(group=None).count() == 3
    components.remove(caller=editor, page_id=world.page.pk, component_id=world.search.pk, now=NOON)
    found = render(world.page, "api/v2/components.json", NOON, root=ROOT)
    assert found is not None
    assert {one["name"] for one in json.loads(found.body)["components"]} == {"Telephone", "Checkout"}


def test_the_api_does_what_the_pages_do(world: World, bearer) -> None:  # type: ignore[no-untyped-def]  # a fixture
    api = bearer(team=world.cast.payments, role=Role.EDITOR)
    root = "/api/v1/status-pages/shop"
    assert api.get("/api/v1/status-pages").json()["items"][0]["components"] == 3
    listed = {one["name"]: one for one in api.get(f"{root}/components").json()}
    checkout = listed["Checkout"]
    assert (checkout["slos"], checkout["state"], checkout["group"]) == (["orders"], "operational", "Buying")

    def send(method: str, path: str, body: object) -> dict[str, object]:
        answer = getattr(api, method)(f"{root}{path}", body, content_type="application/json")
        assert answer.status_code in (200, 201), answer.content
        found: dict[str, object] = answer.json()
        return found

    said = {checkout["code"]: "major_outage"}
    told = send("post", "/incidents", {"title": "Down", "status": "identified", "body": "We know.", "components": said})
    assert api.get(f"{root}/components").json()[-1]["state"] == "major_outage"
    path = f"/incidents/{told['code']}/updates"
    over = send("post", path, {"status": "resolved", "body": "Over.", "revision": told["revision"]})
    assert over["status"] == "resolved"
    stale = api.post(
        f"{root}{path}", {"status": "resolved", "body": "No.", "revision": 1}, content_type="application/json"
    )
    assert stale.status_code == 409
    window = {"starts_at": "2027-01-01T10:00:00Z", "ends_at": "2027-01-01T11:00:00Z"}
    work = send("post", "/maintenances", {"title": "Work", "body": "Soon.", "components": list(said), **window})
    gone = send("post", f"/maintenances/{work['code']}/cancel", {"body": "Off."})
    assert (gone["status"], gone["is_cancelled"]) == ("completed", True)
    until = (NOON + timedelta(days=400)).isoformat()
    body = {"state": "degraded_performance", "reason": "we know better", "until": until}
    assert send("put", f"/components/{checkout['id']}/override", body)["state"] == "degraded_performance"
    assert api.delete(f"{root}/components/{checkout['id']}/override").json()["state"] == "operational"
