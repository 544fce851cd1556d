"""A real fault on a real service, from the browser: it burns, the guard ends it, it is gone, the page says why."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reliability.demo.rates import ports as places
from reliability.supervision.places import demo_host
from tests.journeys.conftest import PHONE, Complaints, OpenPage, keeps_nobody_out, wait_for_charts
from tests.servers.product import Product

pytestmark = [
    pytest.mark.journey,
    pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost", demo_host()]),  # the address of the demo's own service
]

BURNS_WITHIN_MILLISECONDS = 180_000  # counts come each ten seconds, and are judged by the minute
PAGES = {
    "first page": "/chaos/",
    "runs": "/chaos/runs/",
    "run": "/chaos/runs/1/",
    "report": "/chaos/runs/1/report/",
    "comparison": "/chaos/runs/2/compare/",
    "experiments": "/chaos/experiments/",
    "experiment": "/chaos/experiments/rates-come-late/",
    "editor": "/chaos/experiments/rates-come-late/edit/",
    "import": "/chaos/experiments/import/",
    "version": "/chaos/experiments/rates-come-late/versions/1/",
    "asking": "/chaos/experiments/rates-come-late/run/",
    "targets": "/chaos/targets/",
    "target": "/chaos/targets/rates-proxy/",
    "new target": "/chaos/targets/new/?kind=proxy",
    "library": "/chaos/library/",
    "template": "/chaos/library/dependency-slow/",
    "global stop": "/chaos/stop/",
}


def seconds_of_an_answer(demo: Product) -> float:
    """As a customer waits for rates, through the proxy."""
    ports = places.read(demo.data_dir)
    assert ports is not None
    began = time.monotonic()
    with urllib.request.urlopen(ports.url, timeout=5) as answer:  # noqa: S310  our own address
        assert answer.status == 200
        answer.read()
    return time.monotonic() - began


def wait_until_quick(demo: Product, *, seconds: float = 10) -> None:
    """Until an answer comes without the latency; on a busy machine one alone may be late without it."""
    demo.wait_until(lambda: seconds_of_an_answer(demo) < 0.25, seconds=seconds, what="an answer without the latency")


def test_latency_burns_the_objective_the_guard_ends_the_run_and_the_fault_is_gone(
    demo: Product, open_page: OpenPage, signed_in: dict[str, Any], save_screenshot: Callable[[Page, str], None]
) -> None:
    wait_until_quick(demo, seconds=60)
    page = open_page(storage_state=signed_in, viewport={"width": 1440, "height": 1180})
    page.goto(f"{demo.url}/chaos/experiments/rates-come-late/")
    page.get_by_role("link", name="Run", exact=True).click()
    page.get_by_role("button", name="Ask the guards again").click()
    expect(page.get_by_text("They let it go.")).to_be_visible()
    page.get_by_role("button", name="Run it").click()
    expect(page.locator("#fault-age")).to_contain_text("fault in place", timeout=60_000)
    expect(page.locator("#run-proof")).to_contain_text("1 of 1 in place")
    assert seconds_of_an_answer(demo) > 0.4
    expect(page.locator("#stop")).to_be_in_viewport()
    phone = open_page(storage_state=signed_in, viewport=PHONE, is_mobile=True, has_touch=True)
    phone.goto(page.url)
    expect(phone.locator("#stop")).to_be_in_viewport(ratio=1)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    expect(page.locator("#run-state")).to_have_text("Aborted", timeout=BURNS_WITHIN_MILLISECONDS)
    expect(page.locator("#run-reasons")).to_contain_text("Stopped by the guard burn rate: rates-fast burns")
    expect(page.locator("#run-proof")).to_have_text("The fault is gone, and was seen to be.")
    wait_until_quick(demo)
    expect(page.locator("#stop")).to_have_count(0)
    expect(page.locator("#stage-undo")).to_contain_text("1 of 1 seen to be gone")
    expect(page.locator("#run-rest")).to_contain_text("Gone, seen")
    wait_for_charts(page)
    worst = page.locator("[id^=chart-burn] tbody td[data-value]:nth-child(2)").evaluate_all(
        "cells => Math.max(...cells.map((cell) => Number(cell.dataset.value) || 0))"
    )
    assert worst > 14.4
    save_screenshot(page, "chaos-run")
    page.goto(f"{page.url}report/")
    expect(page.get_by_role("article")).to_contain_text("Stopped by the guard burn rate")


def test_stopping_everything_aborts_what_runs_and_keeps_the_rest_from_beginning(
    demo: Product, open_page: OpenPage, signed_in: dict[str, Any]
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(f"{demo.url}/chaos/")
    page.get_by_role("link", name="Stop all chaos").click()
    page.get_by_label("Why").fill("the journey is over")
    page.get_by_role("button", name="Stop everything").click()
    expect(page.locator("#chaos-now")).to_contain_text("All chaos is stopped")
    try:
        page.goto(f"{demo.url}/services/")
        expect(page.get_by_text(re.compile("All chaos is stopped, by Dana Demo.*the journey is over"))).to_be_visible()
        page.goto(f"{demo.url}/chaos/experiments/rates-come-a-little-late/run/")
        expect(page.get_by_text("It would wait")).to_be_visible()
    finally:
        page.goto(f"{demo.url}/chaos/lift/")
        page.get_by_label("Why").fill("done")
        page.get_by_role("button", name="Lift the stop").click()
    expect(page.get_by_role("link", name="Stop all chaos")).to_be_visible()


def test_a_mistake_in_a_document_is_led_to_and_a_dry_run_touches_nothing(
    demo: Product, open_page: OpenPage, signed_in: dict[str, Any], complaints: Complaints
) -> None:
    page = open_page(storage_state=signed_in)
    page.goto(f"{demo.url}/chaos/experiments/rates-come-late/edit/")
    document = page.locator("#id_text")
    document.fill(document.input_value().replace("chaos.injectors.proxy", "subprocess"))
    page.get_by_role("button", name="Check only").click()
    wrong = page.get_by_role("link", name=re.compile(r"Line \d+")).first
    expect(wrong).to_be_visible()
    complaints.expect("422")  # the browser says so of the answer
    wrong.click()
    selected = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert "subprocess" in document.evaluate(selected)
    expect(page.locator(".numbered-gutter .is-wrong")).not_to_have_count(0)
    page.goto(f"{demo.url}/chaos/experiments/rates-come-late/run/?mode=dry")
    page.get_by_role("button", name="Run it").click()
    expect(page.locator("#run-proof")).to_have_text("A dry run touches nothing.")
    expect(page.locator("#run-state")).to_have_text(re.compile("Inconclusive|Held"), timeout=60_000)
    wait_until_quick(demo)


def test_without_javascript_an_experiment_is_written_checked_and_asked_for(
    demo: Product, open_page: OpenPage, signed_in: dict[str, Any], complaints: Complaints
) -> None:
    page = open_page(storage_state=signed_in, java_script_enabled=False)
    page.goto(f"{demo.url}/chaos/experiments/new/")
    page.get_by_label("Document, YAML or JSON").fill("title: x\nmethod: [1]\n")
    page.get_by_role("button", name="Check only").click()
    expect(page.locator(".problems").first).to_contain_text("Line")
    complaints.expect("422")
    page.goto(f"{demo.url}/chaos/runs/1/")
    expect(page.locator("#run-state")).to_have_text("Deviated")
    expect(page.locator("[id^=chart-burn] table")).to_be_visible()


@pytest.mark.parametrize("name", list(PAGES))
def test_no_page_of_chaos_keeps_anybody_out(demo: Product, visit: Page, name: str) -> None:
    visit.goto(demo.url + PAGES[name])
    keeps_nobody_out(visit)
