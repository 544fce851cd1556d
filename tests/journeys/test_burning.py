"""What the README shows: in the demo an objective burns its budget, and an incident stands with all one needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, OpenPage, wait_for_charts
from tests.servers.product import Product

pytestmark = pytest.mark.journey

FIRES_WITHIN_MILLISECONDS = 150_000  # counts come once a minute; the alert is judged at the next
BURN = re.compile("burns .* its error budget")


def test_a_burning_objective_becomes_an_incident_with_its_burn_and_the_change_before_it(
    demo: Product, open_page: OpenPage, signed_in: dict[str, Any], save_screenshot: Callable[[Page, str], None]
) -> None:
    page = open_page(storage_state=signed_in, viewport={"width": 1440, "height": 1180})
    page.goto(f"{demo.url}/incidents/")
    incident = page.locator("#incidents").get_by_role("link", name=BURN).first
    incident.wait_for(timeout=FIRES_WITHIN_MILLISECONDS)  # the list refreshes by itself
    incident.click()
    expect(page.locator("#incident-head")).to_contain_text("Customer impact:")
    expect(page.locator("#impact")).to_contain_text("burn")
    expect(page.locator("#suspects")).to_contain_text("before it began")
    expect(page.locator("#people")).to_contain_text(re.compile(r"Step \d|last resort"))
    wait_for_charts(page)
    expect(page.locator("#chart-burn svg .shapelayer path").first).to_be_attached()
    save_screenshot(page, "incident")
    phone = open_page(storage_state=signed_in, viewport=PHONE)
    phone.goto(page.url)
    rest = phone.locator("#summary-more > div")
    expect(rest).to_be_hidden()
    phone.get_by_text("more", exact=True).click()
    expect(rest).to_be_visible()
    phone.evaluate("document.querySelectorAll('[data-live]').forEach((part) => htmx.trigger(part, 'refresh'))")
    phone.wait_for_load_state("networkidle")
    expect(rest).to_be_visible()  # what somebody opened stays open
    phone.get_by_role("navigation", name="Parts of this page").get_by_role("link", name="Runbooks").click()
    expect(phone.locator("#runbooks h2")).to_be_in_viewport()
