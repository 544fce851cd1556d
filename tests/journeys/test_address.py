"""What a page shows stands in its address: filters, range, zone, the past."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Complaints, OpenPage, wait_for_charts
from tests.servers.product import Product

pytestmark = pytest.mark.journey

SLO = "checkout-availability"


def test_filters_live_in_the_address_and_survive_a_reload(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(f"{demo.url}/slos/")
    page.locator("#tile-breached").click()
    expect(page.locator("tbody .state").first).to_have_text("Breached")
    assert page.url.endswith("?state=breached")
    page.locator("select[name=sort]").select_option("burn")
    page.get_by_role("button", name="Apply").click()
    assert "sort=burn" in page.url
    assert "state=breached" in page.url
    rows = page.locator("tbody tr").count()
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(rows)
    expect(page.locator("tbody .state", has_text="Met")).to_have_count(0)
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("tbody .state", has_text="Met").first).to_be_visible()


def test_the_zone_of_the_address_tells_the_times(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(f"{demo.url}/slos/{SLO}/?tz=Asia/Tokyo")
    expect(page.locator(".range-zone")).to_have_text("Asia/Tokyo")
    shown = page.locator("#standing .as-of time")
    instant = datetime.fromisoformat(str(shown.get_attribute("datetime")).replace("Z", "+00:00"))
    assert f"{instant + timedelta(hours=9):%H:%M:%S} JST" in shown.inner_text()
    page.goto(f"{demo.url}/slos/{SLO}/?tz=Atlantis")
    expect(page.get_by_text("is not a time zone").first).to_be_visible()
    complaints.expect("422")


def test_the_range_of_the_address_is_that_of_the_charts(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(f"{demo.url}/slos/{SLO}/")
    page.locator(".topbar summary.button").first.click()
    page.get_by_role("link", name="7d", exact=True).click()
    assert "range=7d" in page.url
    wait_for_charts(page)
    first = page.locator("#chart-sli-table tbody td").first.get_attribute("data-value")
    start = datetime.fromisoformat(str(first).replace("Z", "+00:00"))
    assert abs(datetime.now(UTC) - start - timedelta(days=7)) < timedelta(hours=3)


def test_a_chart_is_saved_as_csv_and_png(demo: Product, signed_in: dict[str, Any], open_page: OpenPage) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(f"{demo.url}/slos/{SLO}/?range=7d")
    wait_for_charts(page)
    chart = page.locator("#chart-sli")
    with page.expect_download() as saved:
        chart.get_by_role("button", name="CSV").click()
    with saved.value.path().open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:4] == ["From", "To", "SLI", "Good"]
    assert len(rows) > 20
    with page.expect_download() as picture:
        chart.get_by_role("button", name="PNG").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")


def test_the_past_can_be_looked_at_and_restated(demo: Product, signed_in: dict[str, Any], open_page: OpenPage) -> None:
    """The demo's objective asked for 99.95 % until ten days ago, and for 99.9 % since."""
    page = open_page(storage_state=signed_in)
    at = f"{datetime.now(UTC) - timedelta(days=20):%Y-%m-%dT%H:%M}"
    page.goto(f"{demo.url}/slos/{SLO}/")
    page.get_by_label("As of", exact=True).fill(at)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("This is the past")).to_be_visible()
    expect(page.locator(".page-subtitle")).to_contain_text("99.95 %")
    page.get_by_role("link", name="Restated").click()
    expect(page.locator(".page-subtitle")).to_contain_text("99.9 %")
    assert re.search(r"at=.*view=restated", page.url)
    page.get_by_role("link", name="Back to now").click()
    expect(page.get_by_text("This is the past")).to_have_count(0)


def test_numbers_refresh_by_themselves(demo: Product, signed_in: dict[str, Any], open_page: OpenPage) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(f"{demo.url}/slos/{SLO}/")
    with page.expect_response(lambda answer: "part=live" in answer.url, timeout=45_000) as part:
        pass
    assert part.value.status == 200
    expect(page.locator("#standing .state")).to_be_visible()
