"""How the pages look and answer: phone width, dark and light, accessibility, keyboard, no JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, WIDE, OpenPage, keeps_nobody_out
from tests.servers.product import Product

pytestmark = pytest.mark.journey

SLO = "checkout-availability"
PAGES = {
    "overview": "/",
    "objectives": "/slos/",
    "objectives by service": "/slos/?group=service",
    "objective": f"/slos/{SLO}/",
    "what spent the budget": f"/slos/{SLO}/ledger/?line=unknown",
    "objective without data": "/slos/?state=no_data",
    "new objective": "/slos/new/",
    "edit objective": f"/slos/{SLO}/edit/",
    "delete objective": f"/slos/{SLO}/delete/",
    "indicators": "/slis/",
    "services": "/services/",
    "service": "/services/checkout/",
    "sources": "/sources/",
    "teams": "/teams/",
    "tokens": "/settings/tokens/",
    "audit": "/settings/audit/",
}


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_keeps_nobody_out_by_day_by_night_and_on_a_phone(demo: Product, visit: Page, name: str) -> None:
    visit.goto(demo.url + PAGES[name])
    keeps_nobody_out(visit)


def test_the_first_screen_of_an_objective_fits_a_phone(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage
) -> None:
    page = open_page(storage_state=signed_in, viewport=PHONE)
    page.goto(f"{demo.url}/slos/{SLO}/")
    for selector in (
        "#standing .state",
        "#standing .standing-reason",
        "#standing .standing-advice",
        "#standing .budget",
    ):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"]


def test_without_javascript_numbers_tables_and_forms_work(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage
) -> None:
    page = open_page(storage_state=signed_in, java_script_enabled=False)
    page.goto(f"{demo.url}/slos/{SLO}/")
    expect(page.locator("#standing .budget-text")).to_contain_text("%")
    expect(page.locator("#chart-burn-down-table")).to_be_visible()
    expect(page.locator("#chart-sli-table tbody tr").first).to_be_visible()
    page.goto(f"{demo.url}/slos/")
    page.get_by_role("searchbox", name="Text").fill("orders")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("row")).not_to_have_count(1)
    assert "q=orders" in page.url
    page.goto(f"{demo.url}/slos/{SLO}/edit/")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview .budget-text")).to_contain_text("%")


def test_the_theme_can_be_chosen_and_stays(demo: Product, signed_in: dict[str, Any], open_page: OpenPage) -> None:
    page = open_page(storage_state=signed_in, color_scheme="light")
    page.goto(f"{demo.url}/slos/")
    light = _background(page)
    page.locator("summary.own").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{demo.url}/slos/{SLO}/")
    assert _background(page) != light


def _background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def test_the_keyboard_alone_reaches_an_objective(demo: Product, signed_in: dict[str, Any], open_page: OpenPage) -> None:
    page = open_page(storage_state=signed_in, viewport=WIDE)
    page.goto(f"{demo.url}/slos/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id.startsWith('slo-')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/slos/*/")
    expect(page.locator("#standing .state")).to_be_visible()


def test_the_palette_finds_an_objective(demo: Product, signed_in: dict[str, Any], open_page: OpenPage) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(demo.url)
    page.keyboard.press("/")
    page.keyboard.type("place orders")
    expect(page.locator("#palette-hits .hit").filter(has_text="Customers can place orders")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/slos/{SLO}/")


def test_a_source_asks_only_for_the_credentials_that_were_chosen(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(f"{demo.url}/sources/new/?kind=prometheus")
    fields = {label: page.get_by_label(label, exact=True) for label in ("User name", "Password", "Bearer token")}
    for choice, shown in {
        "none": set(),
        "basic": {"User name", "Password"},
        "bearer": {"Bearer token"},
    }.items():
        page.get_by_label("Credentials").select_option(choice)
        for label, field in fields.items():
            expect(field).to_be_visible(visible=label in shown)
