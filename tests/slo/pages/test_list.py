from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from slo.models import Slo
from tests.queries import queries_of

As = Callable[[str], Client]


def test_a_row_tells_promise_sli_sample_size_and_budget(as_: As, slo: Slo) -> None:
    page = as_("viewer").get("/slos/").content.decode()
    assert "Checkout works" in page
    assert "99.9 % over 28 days" in page
    assert "99.95 %" in page
    assert "n = 4,032,000" in page
    assert "50 %" in page


def test_objectives_of_a_private_team_are_not_listed_for_an_outsider(as_: As, slo: Slo) -> None:
    page = as_("outsider").get("/slos/").content.decode()
    assert "Checkout works" not in page
    assert "Three steps" in page


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        pytest.param("state=met", True, id="its own state keeps it"),
        pytest.param("state=breached", False, id="another state drops it"),
        pytest.param("state=breached&state=met", True, id="several states are joined"),
        pytest.param("team=payments", True, id="its team keeps it"),
        pytest.param("team=search", False, id="another team drops it"),
        pytest.param("service=checkout", True, id="its service keeps it"),
        pytest.param("q=WORKS", True, id="words of the title in any case find it"),
        pytest.param("q=nothing-like-it", False, id="other words drop it"),
        pytest.param("state=nonsense&sort=nonsense&page=nonsense", True, id="unknown values do not break an old link"),
        pytest.param("q=%00", True, id="a null byte is no filter"),
    ],
)
def test_the_address_filters(as_: As, slo: Slo, query: str, is_listed: bool) -> None:
    answer = as_("viewer").get(f"/slos/?{query}")
    assert answer.status_code == 200
    assert (f'href="/slos/{slo.name}/"' in answer.content.decode()) is is_listed


def test_the_worst_comes_first_and_the_order_can_be_changed(as_: As, make_slo: Callable[..., Slo]) -> None:
    make_slo(name="a-fine", title="Fine", objective="0.99")
    make_slo(name="z-broken", title="Broken", objective="0.9999")
    page = as_("viewer").get("/slos/").content.decode()
    assert page.index("/slos/z-broken/") < page.index("/slos/a-fine/")
    page = as_("viewer").get("/slos/?sort=name").content.decode()
    assert page.index("/slos/a-fine/") < page.index("/slos/z-broken/")


def test_grouping_names_each_service_once(as_: As, make_slo: Callable[..., Slo]) -> None:
    make_slo(name="first", title="First")
    make_slo(name="second", title="Second")
    make_slo(name="third", title="Third", service_id=None)
    page = as_("viewer").get("/slos/?group=service").content.decode()
    assert page.count('<tr class="group">') == 2
    assert "Without a service" in page


def test_htmx_gets_the_table_alone(as_: As, slo: Slo) -> None:
    part = as_("viewer").get("/slos/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "Checkout works" in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_the_number_of_queries_does_not_grow_with_the_list(as_: As, make_slo: Callable[..., Slo]) -> None:
    client = as_("viewer")
    make_slo(name="slo-0")
    client.get("/slos/")
    before = queries_of(client, "/slos/?group=service")
    for number in range(1, 12):
        make_slo(name=f"slo-{number}")
    assert queries_of(client, "/slos/?group=service") == before


def test_a_list_of_many_is_paged(as_: As, make_slo: Callable[..., Slo]) -> None:
    for number in range(51):
        make_slo(name=f"slo-{number:02d}")
    page = as_("viewer").get("/slos/?sort=name").content.decode()
    assert "1–50 of 51" in page
    assert "/slos/slo-50/" not in page
    assert "/slos/slo-50/" in as_("viewer").get("/slos/?sort=name&page=2").content.decode()
