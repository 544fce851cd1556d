"""Pages of composites and the what-if."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from reliability.access.models import AuditEntry
from reliability.catalog.models import Service
from slo.models import Composite, CompositeVersion, Slo
from tests.cast import Cast, DependencyFactory, ServiceFactory, SloFactory
from tests.queries import queries_of

As = Callable[[str], Client]

TYPED = {
    "title": "Checkout journey",
    "name": "",
    "team": "payments",
    "service": "",
    "description": "",
    "kind": "chain",
    "objective": "99.9",
    "window_kind": "rolling",
    "rolling": "28d",
    "slice_minutes": "5",
    "missing": "no_data",
    "parts-TOTAL_FORMS": "4",
    "parts-INITIAL_FORMS": "0",
    "parts-0-part": "checkout-works",
    "parts-1-part": "payment-works",
    "action": "save",
}


@pytest.fixture
def parts(slo: Slo, make_slo: Callable[..., Slo]) -> list[Slo]:
    return [slo, make_slo(name="payment-works", title="Payment works", objective="0.9995")]


@pytest.fixture
def composite(as_: As, parts: list[Slo]) -> Composite:
    typed = TYPED | {"parts-0-part": parts[0].name}
    assert as_("editor").post("/slos/composites/new/", typed).status_code == 302
    return Composite.objects.get()


def test_a_journey_is_made_shown_changed_and_deleted(as_: As, composite: Composite, parts: list[Slo]) -> None:
    editor = as_("editor")
    assert composite.name == "checkout-journey"
    page = editor.get("/slos/composites/checkout-journey/").content.decode()
    assert "gets through over 28 days" in page
    assert "weakest link" in page
    assert "Payment works" in page
    # Each lost 0.05 % of its events: the product lost nearly twice that, the whole of a budget of 0.1 %.
    assert "99.9 %" in page
    assert "Burn alerts of this composite are off" in page
    assert page.count("50 %") >= 2  # each took half of all that was spent
    assert "Payment works are the weakest links, each 50 % of what was lost" in page

    typed = TYPED | {
        "title": "Journey", "parts-0-part": parts[0].name, "kind": "all_of", "reason": "stricter", "effective": "now",
        "based_on": "1", "parts-0-slice_target": "99",
    }  # fmt: skip
    assert editor.post("/slos/composites/checkout-journey/edit/", typed).status_code == 302
    assert CompositeVersion.objects.get().kind == "all_of"  # of the same minute: in its place
    page = editor.get("/slos/composites/checkout-journey/").content.decode()
    assert "Several at once" in page
    assert "slices good from 99 %" in page

    refused = editor.post(f"/slos/{parts[0].name}/delete/", {"name": parts[0].name, "reason": "old"})
    assert refused.status_code == 422
    assert "is a part of Journey" in refused.content.decode()
    gone = editor.post("/slos/composites/checkout-journey/delete/", {"name": "checkout-journey", "reason": "old"})
    assert gone.status_code == 302
    assert not Composite.objects.exists()
    assert AuditEntry.objects.filter(object_kind="composite").count() == 3


def test_a_slice_target_that_nobody_wrote_is_told_when_it_asks_more_than_is_delivered(
    as_: As, slo: Slo, make_slo: Callable[..., Slo]
) -> None:
    make_slo(name="payment-works", title="Payment works", objective="0.9999")
    editor = as_("editor")
    typed = TYPED | {"kind": "all_of", "parts-0-part": slo.name}
    assert editor.post("/slos/composites/new/", typed).status_code == 302
    page = editor.get("/slos/composites/checkout-journey/").content.decode()
    words = (
        "8,064 of 8,064 slices were bad, all over that time instead of in outages: 99.99 %, its own as none is written"
        " here, is probably too strict a slice target; from 99.95 % on it would fit the budget."
    )
    assert page.count("too strict a slice target") == page.count(words) == 1, "the other part meets its own"
    change = typed | {"parts-1-slice_target": "99.99", "reason": "on purpose", "effective": "now", "based_on": "1"}
    assert editor.post("/slos/composites/checkout-journey/edit/", change).status_code == 302
    page = editor.get("/slos/composites/checkout-journey/").content.decode()
    assert "too strict a slice target" not in page, "somebody chose it"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param({"parts-1-part": "nobody"}, "take one of the list", id="a part that there is not"),
        pytest.param({"parts-1-part": ""}, "must be 2 to 50, got 1", id="one part only"),
        pytest.param({"parts-2-part": "payment-works"}, "stands here twice", id="a part twice"),
        pytest.param({"objective": "100"}, "write a percentage below 100", id="an objective without a budget"),
        pytest.param({"rolling": "2M"}, "needs a fixed length", id="a window without a length"),
        pytest.param({"parts-0-weight": "0"}, "write at least 1", id="no weight"),
    ],
)
def test_mistakes_stand_at_their_fields_and_what_was_typed_stays(
    as_: As, parts: list[Slo], typed: dict[str, Any], said: str
) -> None:
    answer = as_("editor").post("/slos/composites/new/", TYPED | {"parts-0-part": parts[0].name} | typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert 'value="Checkout journey"' in page
    assert not Composite.objects.exists()


def test_more_rows_keep_what_was_typed_and_judge_nothing(as_: As, parts: list[Slo]) -> None:
    page = as_("editor").post("/slos/composites/new/", TYPED | {"action": "more", "objective": ""}).content.decode()
    assert 'value="payment-works"' in page
    assert "parts-6-part" in page
    assert "parts-7-part" not in page
    assert "write what share" not in page


def test_an_old_form_does_not_undo_what_somebody_saved_meanwhile(
    as_: As, composite: Composite, parts: list[Slo]
) -> None:
    typed = TYPED | {"parts-0-part": parts[0].name, "reason": "why", "effective": "now", "based_on": "0"}
    answer = as_("editor").post("/slos/composites/checkout-journey/edit/", typed)
    assert answer.status_code == 409
    assert "after you opened it" in answer.content.decode()


def test_the_list_costs_no_more_for_more_composites(as_: As, composite: Composite, parts: list[Slo]) -> None:
    viewer = as_("viewer")
    page = viewer.get("/slos/composites/").content.decode()
    assert "Checkout journey" in page
    one = queries_of(viewer, "/slos/composites/")
    for number in range(3):
        typed = TYPED | {"title": f"Journey {number}", "parts-0-part": parts[0].name}
        assert as_("editor").post("/slos/composites/new/", typed).status_code == 302
    assert queries_of(viewer, "/slos/composites/") == one
    assert "Journey 1" not in as_("outsider").get("/slos/composites/").content.decode()


def test_a_reader_of_another_team_sees_what_a_private_part_took_and_not_its_name(
    as_: As, cast: Cast, now: datetime, parts: list[Slo]
) -> None:
    typed = TYPED | {"team": "commons", "title": "Shared", "parts-0-part": parts[0].name}
    assert as_("chief").post("/slos/composites/new/", typed).status_code == 302
    for address in ("/slos/composites/shared/", "/slos/what-if/?composite=shared", "/api/v1/composites/shared/status"):
        page = as_("outsider").get(address)
        assert page.status_code == 200
        assert "Payment works" not in page.content.decode()
        assert "payment-works" not in page.content.decode()
    assert "An objective of another team" in as_("outsider").get("/slos/composites/shared/").content.decode()
    # Nor what it promises: each is at 99.9 or 99.95 % for its own team.
    promised = as_("outsider").get("/slos/what-if/?composite=shared&basis=promised").content.decode()
    assert "Nothing to reckon with" in promised
    typed = TYPED | {"team": "commons", "title": "Strict", "parts-0-part": parts[0].name, "kind": "all_of"}
    assert as_("chief").post("/slos/composites/new/", typed).status_code == 302
    assert "slices good from 99.95 %" in as_("chief").get("/slos/composites/strict/").content.decode()
    strict = as_("outsider").get("/slos/composites/strict/").content.decode()
    assert "slices good as its own team says" in strict
    assert "99.95 %" not in strict


@pytest.fixture
def chain(cast: Cast, service: Service, parts: list[Slo]) -> Service:
    """The shop needs checkout, and mail that promises nothing and needs the database; it can do without search."""
    shop, mail, database, search = (
        ServiceFactory(team=cast.payments, name=name, title=name.title()) for name in ("shop", "mail", "db", "search")
    )
    for needs, is_hard in ((service, True), (mail, True), (search, False)):
        DependencyFactory(service=shop, needs=needs, is_hard=is_hard)
    DependencyFactory(service=mail, needs=database)
    Slo.objects.filter(pk=parts[0].pk).update(service=service)
    Slo.objects.filter(pk=parts[1].pk).update(service=database)
    SloFactory(team=cast.payments, service=search, name="search-works", title="Search works")
    return shop


def test_the_page_of_a_service_tells_what_its_chain_allows(as_: As, chain: Service) -> None:
    page = as_("viewer").get("/services/shop/").content.decode()
    # 99.9 % of checkout and 99.95 % of the database, which stands in for mail.
    assert "you can promise at most 99.85005 %" in page or "you can promise at most 99.85 %" in page
    assert "Without an objective: Mail" in page
    assert "weakest link" in page
    assert "can do without" in page


def test_what_if_reckons_by_the_address_alone(as_: As, chain: Service) -> None:
    viewer = as_("viewer")
    page = viewer.get("/slos/what-if/?service=shop&objective=99.8").content.decode()
    assert "99.85 %" in page
    assert "Nothing is supposed yet" in page
    assert "Supposed (min a month)" not in page  # two bars of one length say nothing
    assert '<a href="?service=shop&amp;objective=99.8&amp;checkout-copies=2">Two of' in page
    assert "Not reckoned with: Mail" in page
    page = viewer.get("/slos/what-if/?service=shop&objective=99.8&checkout-copies=2&db-needed=50").content.decode()
    assert "99.97" in page  # (1 - 0.001²) · (1 - 0.5 · 0.0005)
    assert "Nothing is supposed yet" not in page
    page = viewer.get("/slos/what-if/?service=shop&checkout-availability=150&objective=x").content.decode()
    assert "write at most 100" in page
    assert "is not a number" in page
    page = viewer.get(
        "/slos/what-if/?service=shop&checkout-removed=on&db-removed=on&search-removed=on"
    ).content.decode()
    assert "–" in page
    assert as_("outsider").get("/slos/what-if/?service=shop").status_code == 404


def test_what_if_of_a_composite_begins_with_what_its_parts_delivered(as_: As, composite: Composite) -> None:
    page = as_("viewer").get("/slos/what-if/?composite=checkout-journey").content.decode()
    assert "99.95" in page
    assert "As delivered" in page
    page = as_("viewer").get("/slos/what-if/?composite=checkout-journey&basis=promised").content.decode()
    assert "99.85 %" in page


def test_tables_are_files_too(as_: As, composite: Composite) -> None:
    address = "/slos/composites/checkout-journey/?format=csv&chart="
    for chart, head in (("shares", "Part,Budget spent"), ("sli", "From,To,SLI"), ("burn-down", "At,Budget left")):
        assert as_("viewer").get(address + chart).content.decode().startswith(head)
    assert as_("viewer").get(address + "nonsense").status_code == 404
