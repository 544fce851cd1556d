"""The public page of the demo's shop: read without signing in or a script, and written to from an incident of ours."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, OpenPage, is_accessible
from tests.servers.product import Product

pytestmark = [pytest.mark.journey, pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])]

TITLE = "Searching finds too little"
BODY = "Since this morning search misses **some** products. Browsing works. We tell more within half an hour."


def is_narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_what_the_team_tells_is_what_the_public_reads(
    demo: Product, open_page: OpenPage, signed_in: dict[str, Any]
) -> None:
    outside = open_page(java_script_enabled=False)
    outside.goto(f"{demo.url}/status/shop/")
    expect(outside.get_by_role("heading", name="Checkout")).to_be_visible()
    expect(outside.get_by_text("Orders fail for some customers")).to_be_visible()
    expect(outside.get_by_role("navigation", name="Objectives")).to_have_count(0)
    assert outside.context.cookies() == []

    team = open_page(storage_state=signed_in)
    team.goto(f"{demo.url}/incidents/1/")  # the first that the demo loads
    team.locator("main details[data-menu] > summary").first.click()
    team.get_by_role("link", name="Post to status page").click()
    expect(team.get_by_label("Title")).to_have_value("")
    team.get_by_label("Title").fill(TITLE)
    team.get_by_label("What the public reads").fill(BODY)
    team.get_by_role("group", name="Components").get_by_label("Search").select_option("partial_outage")
    team.get_by_role("button", name="Preview").click()
    preview = team.get_by_role("region", name="Exactly what the public would see")
    expect(preview.get_by_text("search misses some products")).to_be_visible()
    is_accessible(team)
    assert TITLE not in outside.request.get(f"{demo.url}/status/shop/api/v2/incidents.json").text()
    team.get_by_role("button", name="Publish").click()
    expect(team.get_by_text("It is published.")).to_be_visible()

    def is_told(kept: str) -> bool:
        return TITLE in outside.request.get(f"{demo.url}/status/shop/{kept}").text()

    for kept in ("", "api/v2/summary.json"):  # each is written anew by itself
        demo.wait_until(partial(is_told, kept), seconds=30, what=f"the update in /status/shop/{kept}")
    summary = outside.request.get(f"{demo.url}/status/shop/api/v2/summary.json").json()
    assert [one["name"] for one in summary["incidents"]] == [TITLE]
    assert summary["incidents"][0]["incident_updates"][0]["body"] == BODY
    assert summary["status"]["indicator"] in {"major", "critical"}
    for scheme in ("light", "dark"):
        reader = open_page(viewport=PHONE, color_scheme=scheme)
        reader.goto(f"{demo.url}/status/shop/")
        expect(reader.get_by_role("heading", name=TITLE)).to_be_visible()
        assert is_narrow(reader)
        is_accessible(reader)
    team.goto(f"{demo.url}/status-pages/shop/subscribers/")
    expect(team.get_by_role("rowheader", name="ma…@bakery.example")).to_be_visible()
    is_accessible(team)
    reader.get_by_role("link", name="Search day by day").click()
    expect(reader.get_by_role("columnheader", name="Served well")).to_be_visible()
    is_accessible(reader)
