"""From nobody to a number: first visit, source, objective by the form, token, counts, preview."""

from __future__ import annotations

import json
import re
import time
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Complaints, OpenPage
from tests.journeys.newcomer import become_administrator, make_a_token
from tests.servers.product import Product

pytestmark = pytest.mark.journey

HOURS, PER_MINUTE, BAD_PER_MINUTE = 24, 100, 0.05


def test_from_the_first_visit_to_an_error_budget(empty: Product, open_page: OpenPage, complaints: Complaints) -> None:
    page = open_page()
    become_administrator(page, empty)
    expect(page.get_by_role("heading", name="Three steps to the first error budget")).to_be_visible()
    _add_a_source(page, empty)
    _promise_before_any_count(page, empty)
    complaints.expect("422")
    _push_counts(empty, token=make_a_token(page, empty))
    _see_the_numbers(page, empty)
    _promise_more_after_a_preview(page, empty)


def _add_a_source(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Add a source").click()
    page.goto(f"{product.url}/sources/new/?kind=counts")
    page.get_by_label("Title").fill("Counts of our jobs")
    page.get_by_label("Name", exact=False).last.fill("job-counts")
    page.locator("select[name=team]").select_option("payments")
    page.get_by_role("main").get_by_role("button").last.click()
    page.wait_for_url(f"{product.url}/sources/job-counts/")


def _fill_in(page: Page, *, title: str, objective: str) -> None:
    page.get_by_label("Title").fill(title)
    page.locator("select[name=team]").select_option("payments")
    page.get_by_label("Objective", exact=True).fill(objective)


def _promise_before_any_count(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/slos/new/")
    _fill_in(page, title="Orders are taken", objective="0.999")
    page.get_by_label("Pushed counts").check()
    page.locator("select[name=source]").select_option("job-counts")
    page.get_by_label("Length", exact=True).fill("1d")
    page.get_by_role("button", name="Create the objective").click()
    expect(page.get_by_text("did you mean 99.9?")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Orders are taken")
    page.get_by_label("Objective", exact=True).fill("99.9")
    page.get_by_role("button", name="Create the objective").click()
    page.wait_for_url(f"{product.url}/slos/orders-are-taken/")
    expect(page.locator("#standing .state")).to_have_text("No data")


def _push_counts(product: Product, *, token: str) -> None:
    end = int(time.time()) // 60 * 60
    rows = [
        {
            "sli": "orders-are-taken",
            "start": end - 60 * minute,
            "good": PER_MINUTE - BAD_PER_MINUTE,
            "valid": PER_MINUTE,
        }
        for minute in range(1, HOURS * 60 + 1)
    ]
    request = urllib.request.Request(  # noqa: S310  our own address
        f"{product.url}/api/v1/counts",
        data=json.dumps(rows).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  our own address
        assert answer.status == 202


def _see_the_numbers(page: Page, product: Product) -> None:
    """Good is 99.95 % at every minute, so half of the budget of 99.9 % is left whenever one looks."""
    page.goto(f"{product.url}/slos/orders-are-taken/")
    standing = page.locator("#standing")
    expect(standing.locator(".state")).to_have_text("Met")
    expect(standing.locator(".budget-text")).to_have_text("50 %")
    expect(standing.get_by_text("99.95 %", exact=True)).to_be_visible()
    page.locator("#chart-burn-down-plot svg.main-svg").first.wait_for()
    page.goto(f"{product.url}/slos/")
    expect(page.get_by_role("row", name=re.compile("Orders are taken")).locator(".budget-text")).to_have_text(
        "50 %", timeout=120_000
    )


def _promise_more_after_a_preview(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/slos/new/")
    _fill_in(page, title="Orders are taken, strictly", objective="99.99")
    page.get_by_label("Use an indicator that exists").check()
    page.locator("select[name=sli]").select_option("orders-are-taken")
    page.get_by_label("Length", exact=True).fill("1d")
    page.get_by_role("button", name="Preview").click()
    preview = page.locator("#preview")
    expect(preview.locator(".state")).to_have_text("Breached")
    expect(preview.locator(".budget-text")).to_have_text("−400 %")
    page.locator("#chart-preview-burn-down-plot svg.main-svg").first.wait_for()
    expect(page.get_by_label("Title")).to_have_value("Orders are taken, strictly")
    page.get_by_label("Objective", exact=True).fill("99")
    page.get_by_role("button", name="Preview").click()
    expect(preview.locator(".state")).to_have_text("Met")
    page.get_by_role("button", name="Create the objective").click()
    page.wait_for_url(f"{product.url}/slos/orders-are-taken-strictly/")
    expect(page.locator("#standing .budget-text")).to_have_text("95 %")
