"""A page that is left open: it follows, keeps what its reader set up, and ends in the sign-in when the session does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import Complaints, OpenPage, sign_in, wait_for_charts
from tests.servers.product import Product

pytestmark = pytest.mark.journey

SLO = "/slos/checkout-availability/"
PARTS = {"/": "#overview", "/slos/": "#objectives", SLO: "#standing"}
each_part = pytest.mark.parametrize(("path", "part"), PARTS.items(), ids=["overview", "objectives", "objective"])


def refresh(page: Page, part: str) -> None:
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        page.evaluate("part => htmx.trigger(part, 'refresh')", part)
    expect(page.locator(".htmx-settling, .htmx-request")).to_have_count(0)


def test_header_table_charts_and_coverage_are_of_one_instant(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(demo.url + SLO)
    wait_for_charts(page)
    for place in ("#standing", "#charts", "#burn-rates", "#coverage"):
        page.locator(place).evaluate("element => element.firstElementChild.dataset.old = '1'")
    refresh(page, "#standing")
    expect(page.locator("[data-old]")).to_have_count(0)
    header = page.locator("#standing .standing-facts div", has_text="Burn 1 h").locator("dd").first.inner_text()
    expect(page.locator("#burn-rates tr", has_text=re.compile("^1 h")).locator("td").first).to_have_text(header)
    for chart in ("burn-down", "sli", "burn-rates"):
        expect(page.locator(f"#chart-{chart}-plot svg.main-svg").first).to_be_visible()


def test_a_refresh_keeps_zoom_table_scroll_and_focus(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(demo.url + SLO)
    wait_for_charts(page)
    plot = page.locator("#chart-burn-down-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    whole = plot.evaluate("plot => plot.layout.xaxis.range")
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 120)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 122, steps=5)
    page.mouse.up()
    page.wait_for_function(
        "range => document.getElementById('chart-burn-down-plot').layout.xaxis.range[0] !== range[0]", arg=whole
    )
    zoomed = plot.evaluate("plot => plot.layout.xaxis.range")
    page.locator("#chart-sli-show-table").click()
    page.locator("#chart-sli-table").evaluate("table => { table.scrollTop = 120 }")
    page.locator("#chart-sli-csv").focus()
    refresh(page, "#standing")
    page.wait_for_function("document.getElementById('chart-burn-down-plot').isConnected")
    assert plot.evaluate("plot => plot.layout.xaxis.range") == zoomed
    expect(page.locator("#chart-sli-table")).to_be_visible()
    assert page.locator("#chart-sli-table").evaluate("table => table.scrollTop") == 120
    expect(page.locator("#chart-sli-csv")).to_be_focused()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + 120)
    page.wait_for_function(
        "range => document.getElementById('chart-burn-down-plot').layout.xaxis.range[0] !== range[0]", arg=zoomed
    )
    again = datetime.fromisoformat(plot.evaluate("plot => plot.layout.xaxis.range[0]"))
    assert abs(again - datetime.fromisoformat(whole[0])) < timedelta(hours=1), "its range goes on with the clock"


@each_part
def test_a_hidden_tab_asks_for_nothing(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage, path: str, part: str
) -> None:
    page = open_page(storage_state=signed_in)
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => window.isHidden === true });")
    page.goto(demo.url + path)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.headers.get("hx-request") else None)
    page.evaluate("window.isHidden = true")
    page.evaluate("part => htmx.trigger(part, 'refresh')", part)
    page.wait_for_timeout(300)
    assert asked == []


@each_part
def test_a_refresh_that_fails_is_said_until_one_succeeds(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage, complaints: Complaints, path: str, part: str
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(demo.url + path)

    def refuse(route: Route) -> None:
        if route.request.headers.get("hx-request"):
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route("**/*", refuse)
    refresh(page, part)
    expect(page.locator(f"{part} .refresh-failed")).to_contain_text("Not refreshed since")
    page.unroute("**/*")
    refresh(page, part)
    expect(page.locator(".refresh-failed")).to_have_count(0)
    expect(page.locator("[data-refresh-failed]")).to_have_count(0)
    complaints.expect("503")


@each_part
def test_a_session_that_ended_leads_to_the_sign_in_and_back(
    demo: Product, open_page: OpenPage, path: str, part: str
) -> None:
    page = open_page()
    sign_in(page, url=demo.url)
    page.goto(f"{demo.url}{path}?tz=Europe/Berlin")
    page.context.clear_cookies()
    page.evaluate("part => htmx.trigger(part, 'refresh')", part)
    page.wait_for_url("**/sign-in/?next=*")
    expect(page.locator(part)).to_have_count(0)
    page.get_by_label("Email").fill("demo@example.org")
    page.get_by_label("Password").fill("try-the-demo")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(f"{demo.url}{path}?tz=Europe/Berlin")
