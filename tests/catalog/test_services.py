"""Services: pages and rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reliability.access.models import AuditEntry
from reliability.access.requests import AccessRequest
from reliability.catalog import panels
from reliability.catalog.models import Service
from reliability.catalog.services import services
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, DependencyFactory, ServiceFactory, SliFactory, SloFactory
from tests.queries import queries_of

As = Callable[[str], Client]
FORM = {
    "title": "Checkout",
    "name": "checkout",
    "team": "payments",
    "tier": "1",
    "layer": "cluster",
    "description": "Takes the money.",
    "runbook_url": "https://wiki.example.org/checkout",
    "links": "Main dashboard https://grafana.example.org/d/1\nhttps://traces.example.org/",
    "labels": "cost-centre=1234",
    "reason": "goes live",
}


def test_a_service_is_made_from_what_was_typed(cast: Cast, as_: As) -> None:
    answer = as_("editor").post(reverse("service-create"), FORM)
    assert answer.headers["Location"] == reverse("service-detail", args=["checkout"])
    service = Service.objects.get()
    assert (service.team, service.tier, service.layer) == (cast.payments, 1, "cluster")
    assert service.links == [
        {"title": "Main dashboard", "url": "https://grafana.example.org/d/1"},
        {"title": "https://traces.example.org/", "url": "https://traces.example.org/"},
    ]
    assert service.labels == {"cost-centre": "1234"}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_name, entry.team, entry.reason) == (
        "service.create",
        "checkout",
        cast.payments,
        "goes live",
    )
    assert entry.changes["tier"] == [None, 1]
    page = as_("viewer").get(reverse("service-detail", args=["checkout"])).content.decode()
    for words in ("Takes the money.", "Main dashboard", "Tier 1 – Critical", "cost-centre=1234", "Cluster"):
        assert words in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Check Out"}, "lower-case letters, digits and hyphens"),
        ({"name": "new"}, "choose another name"),
        ({"runbook_url": "javascript:alert(1)"}, "begins with https"),
        ({"links": "Evil javascript://%0aalert(1)"}, "link 1: an address begins with https"),
        ({"links": "no address here"}, "write words, a space and an address"),
        ({"labels": "novalue"}, "write key=value"),
        ({"tier": "5"}, "choose one of these"),
        ({"team": "search"}, "choose the team that owns it of the list"),
    ],
    ids=[
        "a name with spaces",
        "a reserved name",
        "a script as runbook",
        "a script as link",
        "no address",
        "no label",
        "a fifth tier",
        "a team of others",
    ],
)
def test_a_mistake_is_told_at_its_field_and_what_was_typed_is_kept(
    cast: Cast, as_: As, change: dict[str, str], words: str
) -> None:
    page = as_("editor").post(reverse("service-create"), FORM | change)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "Takes the money." in page.content.decode()
    assert not Service.objects.exists()


def test_a_name_in_use_is_refused_even_by_a_private_team(cast: Cast, as_: As) -> None:
    ServiceFactory(team=cast.search, name="checkout")
    page = as_("editor").post(reverse("service-create"), FORM)
    assert page.status_code == 422
    assert "it may be private to another team" in page.content.decode()


def test_a_change_is_audited_field_by_field(cast: Cast, now: datetime) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout", tier=3)
    services.change(
        caller=cast.caller("editor"), service=service, fields={"tier": 1, "title": "Checkout"}, now=now, reason="launch"
    )
    entry = AuditEntry.objects.get()
    assert (entry.changes, entry.reason) == ({"tier": [3, 1]}, "launch")


def test_saving_what_is_already_so_writes_nothing(cast: Cast, now: datetime) -> None:
    service = ServiceFactory(team=cast.payments, tier=3)
    services.change(caller=cast.caller("editor"), service=service, fields={"tier": 3}, now=now)
    assert not AuditEntry.objects.exists()


def test_of_two_who_edit_at_once_the_second_is_told(cast: Cast, as_: As) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout")
    address = reverse("service-edit", args=["checkout"])
    first = as_("editor").get(address).context["form"].initial
    second = as_("administrator").get(address).context["form"].initial
    assert as_("editor").post(address, first | {"tier": "1"}).status_code == 302
    page = as_("administrator").post(address, second | {"title": "Kasse"})
    assert page.status_code == 422
    assert "somebody changed this service since you opened the form" in page.content.decode()
    assert "Kasse" in page.content.decode()
    service.refresh_from_db()
    assert (service.tier, service.title) == (1, "Checkout")


def test_a_service_moves_only_to_a_team_where_one_is_editor(cast: Cast, now: datetime) -> None:
    service = ServiceFactory(team=cast.payments)
    with pytest.raises(NotFound):
        services.change(caller=cast.caller("editor"), service=service, fields={"team": cast.search}, now=now)
    services.change(caller=cast.caller("chief"), service=service, fields={"team": cast.search}, now=now)
    assert AuditEntry.objects.get().changes == {"team": ["payments", "search"]}


def test_the_name_is_not_among_what_changes(cast: Cast, now: datetime) -> None:
    service = ServiceFactory(team=cast.payments)
    with pytest.raises(Invalid, match="name cannot be changed"):
        services.change(caller=cast.caller("editor"), service=service, fields={"name": "other"}, now=now)


def test_a_service_in_use_is_not_deleted_and_its_users_are_named(cast: Cast, as_: As) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    sli = SliFactory(team=cast.payments, service=service, name="checkout-errors")
    SloFactory(team=cast.payments, service=service, sli=sli, name="checkout-availability")
    SliFactory(team=cast.search, service=service, name="secret-plans")
    DependencyFactory(needs=service, service=ServiceFactory(team=cast.payments, name="shop", title="Shop"))
    page = as_("editor").post(reverse("service-delete", args=["checkout"]), {"reason": "gone"})
    text = page.content.decode()
    assert page.status_code == 409
    for words in ("SLI checkout-errors", "SLO checkout-availability", "Shop needs Checkout", "1 private object"):
        assert words in text
    assert "secret-plans" not in text
    assert Service.objects.filter(pk=service.pk).exists()
    assert not AuditEntry.objects.exists()


def test_a_free_service_is_deleted_with_its_own_dependencies_and_its_past_is_kept(cast: Cast, as_: As) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout", title="Checkout")
    DependencyFactory(service=service, needs=ServiceFactory(team=cast.payments))
    browser = as_("editor")
    assert "This will be lost" in browser.get(reverse("service-delete", args=["checkout"])).content.decode()
    browser.post(reverse("service-delete", args=["checkout"]), {"reason": "gone"})
    assert not Service.objects.filter(name="checkout").exists()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason, entry.changes["title"]) == ("service.delete", "gone", ["Checkout", None])


def test_deleting_it_twice_is_told(cast: Cast, now: datetime) -> None:
    service = ServiceFactory(team=cast.payments)
    services.delete(caller=cast.caller("editor"), service=service, now=now)
    with pytest.raises(NotFound, match="deleted already"):
        services.delete(caller=cast.caller("editor"), service=Service(pk=10**9, team=cast.payments), now=now)


def test_a_viewer_may_not_change_and_an_outsider_may_not_know(cast: Cast, now: datetime) -> None:
    service = ServiceFactory(team=cast.payments)
    with pytest.raises(Forbidden):
        services.delete(caller=cast.caller("viewer"), service=service, now=now)
    with pytest.raises(NotFound):
        services.delete(caller=cast.caller("outsider"), service=service, now=now)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"checkout", "index", "ledger"}),
        ("q=CHECK", {"checkout"}),
        ("q=books", {"ledger"}),
        ("team=commons", {"index"}),
        ("tier=1", {"checkout"}),
        ("layer=node", {"ledger"}),
        ("tier=1&layer=node", set()),
        ("tier=nine", {"checkout", "index", "ledger"}),
        ("q=%00", {"checkout", "index", "ledger"}),
    ],
    ids=[
        "all",
        "by a part of the name",
        "by the description",
        "by team",
        "by tier",
        "by layer",
        "by both",
        "a mistake narrows nothing",
        "a null byte narrows nothing",
    ],
)
def test_the_list_narrows_through_its_address(cast: Cast, as_: As, query: str, names: set[str]) -> None:
    ServiceFactory(team=cast.payments, name="checkout", tier=1)
    ServiceFactory(team=cast.payments, name="ledger", layer="node", description="Keeps the books")
    ServiceFactory(team=cast.commons, name="index")
    ServiceFactory(team=cast.search, name="secret")
    page = as_("viewer").get(f"{reverse('service-list')}?{query}")
    assert page.status_code == 200
    assert {service.name for service in page.context["page"]} == names


def test_the_list_is_paged_and_costs_the_same_for_few_and_for_many(cast: Cast, as_: As) -> None:
    browser = as_("viewer")
    ServiceFactory(team=cast.payments, name="aaa")
    few = queries_of(browser, reverse("service-list"))
    ServiceFactory.create_batch(120, team=cast.payments)
    assert queries_of(browser, reverse("service-list")) == few
    third = browser.get(reverse("service-list") + "?page=3")
    assert len(third.context["page"].object_list) == 21


def test_an_empty_catalogue_teaches_the_next_step(cast: Cast, as_: As) -> None:
    assert "Add the first service" in as_("editor").get(reverse("service-list")).content.decode()
    assert "Editors of a team add services" in as_("viewer").get(reverse("service-list")).content.decode()


def test_the_page_of_a_service_costs_the_same_whatever_hangs_on_it(cast: Cast, as_: As) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    DependencyFactory(service=service, needs=ServiceFactory(team=cast.payments))
    browser = as_("editor")
    few = queries_of(browser, reverse("service-detail", args=["checkout"]))
    for needed in ServiceFactory.create_batch(20, team=cast.payments):
        DependencyFactory(service=service, needs=needed)
        DependencyFactory(service=needed, needs=ServiceFactory(team=cast.commons))
    assert queries_of(browser, reverse("service-detail", args=["checkout"])) == few


@pytest.fixture
def _no_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "_PANELS", {})


@pytest.mark.usefixtures("_no_panels")
def test_a_room_above_adds_its_panel_to_the_page(cast: Cast, as_: As) -> None:
    def context(*, request: AccessRequest, service: Service, now: datetime) -> Mapping[str, Any]:
        return {"title": f"{request.caller.name} looks at {service.name}", "text": "as of", "url": ""}

    panel = panels.Panel(slug="test", title="A panel", template="web/_empty.html", context=context)
    panels.register_panel(panel)
    ServiceFactory(team=cast.payments, name="checkout")
    page = as_("viewer").get(reverse("service-detail", args=["checkout"])).content.decode()
    assert "A panel" in page
    assert "Viewer looks at checkout" in page
    with pytest.raises(ValueError, match="choose another slug"):
        panels.register_panel(panels.Panel(slug="test", title="B", template="x.html", context=context))


def test_a_conflict_names_what_uses_it_in_the_service_too(cast: Cast, now: datetime) -> None:
    service = ServiceFactory(team=cast.payments)
    SliFactory(team=cast.payments, service=service, name="errors")
    with pytest.raises(Conflict, match="is in use by SLI errors: move or delete those first"):
        services.delete(caller=cast.caller("editor"), service=service, now=now)
