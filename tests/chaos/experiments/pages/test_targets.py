"""Targets on their pages: the fields of their injector, the check, deletion."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from chaos.experiments.models import Target
from chaos.injectors.registry import injectors
from reliability.catalog.models import Service
from tests.cast import Cast
from tests.queries import queries_of

As = Callable[[str], Client]


def test_every_kind_can_be_chosen_and_has_its_form(as_: As, orders: Service) -> None:
    client = as_("editor")
    page = client.get("/chaos/targets/new/").content.decode()
    for kind, injector in injectors().items():
        assert f'href="?kind={kind}"' in page
        form = client.get(f"/chaos/targets/new/?kind={kind}").content.decode()
        for field in injector.target_fields:
            assert f'name="config-{field.name}"' in form


def test_a_target_is_made_and_changed(as_: As, orders: Service) -> None:
    client = as_("editor")
    typed = {"title": "Orders", "slug": "orders-process", "service": "orders", "config-pidfile": "/run/orders.pid"}
    typed |= {"config-must_run_again": "on"}
    answer = client.post("/chaos/targets/new/?kind=process", typed | {"is_enabled": "on"})
    assert answer.status_code == 302, answer.content.decode()
    target = Target.objects.get()
    assert (target.config, target.kind, target.is_enabled) == (
        {"pidfile": "/run/orders.pid", "must_run_again": True},
        "process",
        True,
    )
    changed = {"title": "Orders again", "service": "orders", "config-pidfile": "/run/o.pid", "revision": "1"}
    assert client.post("/chaos/targets/orders-process/edit/", changed).status_code == 302
    target.refresh_from_db()
    assert (target.title, target.config["pidfile"], target.is_enabled) == ("Orders again", "/run/o.pid", False)
    page = client.get("/chaos/targets/orders-process/").content.decode()
    assert "/run/o.pid" in page
    assert "switched off" in page


def test_a_mistake_of_the_injectors_field_stands_at_it(as_: As, orders: Service) -> None:
    answer = as_("editor").post(
        "/chaos/targets/new/?kind=process",
        {"title": "Orders", "slug": "Orders Process", "service": "orders", "config-at_most": "0"},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "lower-case letters" in page
    assert 'name="config-at_most" value="0"' in page


def test_checking_touches_nothing_and_says_what_it_found(as_: As, orders_process: Target) -> None:
    answer = as_("responder").post("/chaos/targets/orders/check/", follow=True)
    assert "Not seen from here: only an agent can tell" in answer.content.decode()
    assert as_("viewer").post("/chaos/targets/orders/check/").status_code == 403


def test_deleting_asks_first(as_: As, orders_process: Target) -> None:
    client = as_("editor")
    assert "This will be lost" in client.get("/chaos/targets/orders/delete/").content.decode()
    assert Target.objects.exists()
    assert client.post("/chaos/targets/orders/delete/", {"reason": "gone"})["Location"] == "/chaos/targets/"
    assert not Target.objects.exists()


def test_of_an_open_team_everybody_reads_the_target_and_nobody_else_how_it_is_reached(
    as_: As, cast: Cast, orders_process: Target
) -> None:
    cast.payments.is_private = False
    cast.payments.save(update_fields=("is_private",))
    page = as_("outsider").get("/chaos/targets/orders/").content.decode()
    assert "Only members of" in page
    assert "/run/orders.pid" not in page


def test_the_page_of_a_target_is_cheap(as_: As, orders_process: Target) -> None:
    client = as_("editor")
    client.get("/chaos/targets/orders/")
    assert queries_of(client, "/chaos/targets/orders/") <= 20
