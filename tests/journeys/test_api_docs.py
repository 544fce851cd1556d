"""The API's own pages in a real browser, on a slow machine, under the strict content policy."""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Complaints, OpenPage, is_accessible
from tests.journeys.newcomer import become_administrator, make_a_token
from tests.servers.product import Product

pytestmark = pytest.mark.journey

SLOWER = 6  # times, than this machine
SECONDS_MAX = 8.0  # of the slower one, until the list of four hundred operations is there


def test_the_api_explains_itself_at_once_on_a_slow_machine_without_a_foreign_byte(
    empty: Product, open_page: OpenPage
) -> None:
    page = open_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    assert empty.get("/api/openapi.json", seconds=30)[0] == 200  # a process makes the document once
    machine = page.context.new_cdp_session(page)
    machine.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    began = time.monotonic()
    page.goto(f"{empty.url}/api/docs")
    expect(page.get_by_role("region", name="SLOs", exact=True).get_by_role("link").first).to_be_visible()
    assert time.monotonic() - began < SECONDS_MAX
    assert page.locator(".api-operations li").count() > 300
    page.get_by_label("Words of an operation").fill("status of an slo")
    expect(page.locator("#operations")).to_contain_text("1 of ")
    machine.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    _is_accessible_and_fits_a_phone(page)
    page.get_by_role("link", name="Status of an SLO").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Status of an SLO")
    expect(page.get_by_label("Fields of the answer")).to_contain_text("burn_rates")
    expect(page.locator("#curl")).to_contain_text(f"{empty.url}/api/v1/slos/{{name}}/status")
    _is_accessible_and_fits_a_phone(page)
    assert all(urlsplit(url).netloc == urlsplit(empty.url).netloc for url in requested), requested


def test_an_operation_is_tried_as_nobody_as_oneself_and_with_a_token(
    empty: Product, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page()
    page.goto(f"{empty.url}/api/docs/createService")
    _send(page, {"team": "payments", "name": "ledger", "title": "Ledger"})
    expect(page.locator("#try-answer")).to_contain_text("401")
    complaints.expect("401")  # the browser says so of the answer

    become_administrator(page, empty)
    token = make_a_token(page, empty)
    page.goto(f"{empty.url}/api/docs/createService")
    _send(page, {"team": "payments", "name": "ledger", "title": "Ledger"})
    expect(page.locator("#try-answer")).to_contain_text("201 Created")

    other = open_page()
    other.goto(f"{empty.url}/api/docs/getService")
    other.get_by_label("name", exact=True).fill("ledger")
    other.get_by_label("Token").fill(token)
    _send(other)
    expect(other.locator("#try-answer")).to_contain_text("200 OK")
    assert json.loads(other.locator("#try-answer [data-text]").inner_text())["title"] == "Ledger"


def _send(page: Page, body: dict[str, str] | None = None) -> None:
    if body is not None:
        page.get_by_role("textbox", name="Body").fill(json.dumps(body))
    page.get_by_role("button", name="Send").click()


def _is_accessible_and_fits_a_phone(page: Page) -> None:
    is_accessible(page)
    wide = page.viewport_size
    assert wide is not None
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a size
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size(wide)
