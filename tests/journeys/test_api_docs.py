"""The API's own page in a real browser, under the strict content policy."""

from __future__ import annotations

from tests.journeys.conftest import OpenPage
from tests.servers.product import Product


def test_the_api_describes_itself_without_a_foreign_byte(empty: Product, open_page: OpenPage) -> None:
    page = open_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(f"{empty.url}/api/docs")
    page.get_by_role("heading", name="Reliability").wait_for()
    page.locator("#operations-tag-SLOs").click()
    operation = page.locator("#operations-SLOs-getSloStatus")
    operation.get_by_role("button").first.click()
    operation.get_by_text("burn_rates").first.wait_for()
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".dialog-ux").get_by_text("bearer").first.wait_for()
    assert all(url.startswith((empty.url, "data:", "blob:")) for url in requested), requested
