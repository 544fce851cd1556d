"""On call: a schedule written and overridden, a policy written by buttons, and who would be told at a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import OpenPage, keeps_nobody_out
from tests.journeys.newcomer import become_administrator, invite_a_responder
from tests.servers.product import Product

pytestmark = pytest.mark.journey

POLICY = "/escalation-policies/payments-urgent/"


def test_from_a_schedule_to_a_simulated_escalation(empty: Product, open_page: OpenPage) -> None:
    page = open_page()
    become_administrator(page, empty)
    invite_a_responder(page, empty, name="Ben", address="ben@example.org")
    _write_a_schedule(page, empty)
    _override_it(page, empty)
    _edit_it(page, empty)
    _write_a_policy(page, empty)
    _simulate(page, empty)
    _say_how_to_be_told(page, empty)
    for path in ("/oncall/payments-primary/", "/escalation-policies/", POLICY, f"{POLICY}edit/", f"{POLICY}simulate/"):
        page.goto(empty.url + path)
        keeps_nobody_out(page)
    page.goto(f"{empty.url}/settings/notifications/")
    keeps_nobody_out(page)


def _write_a_schedule(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/oncall/new/")
    page.locator("[name=title]").fill("Payments primary")
    page.locator("[name=slug]").fill("payments-primary")
    layer = page.get_by_role("group", name="Layer 1")
    layer.locator("[name$=name]").first.fill("Primary")
    layer.locator("[name$=start]").fill(f"{datetime.now(UTC):%Y-%m-%d}T00:00")
    for index, words in enumerate(("Ada (ada@example.org)", "Ben (ben@example.org)")):
        layer.locator("select[name$=people]").nth(index).select_option(label=words)
    page.get_by_role("button", name="Save the schedule").click()
    page.wait_for_url(f"{product.url}/oncall/payments-primary/")
    expect(page.get_by_label("On call now")).to_contain_text("Ada")


def _override_it(page: Page, product: Product) -> None:
    now = datetime.now(UTC)
    page.get_by_role("link", name="Override").first.click()
    page.locator("[name=start]").fill(f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M}")
    page.locator("[name=end]").fill(f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    page.locator("select[name=user]").select_option(label="Ben")
    page.locator("[name=reason]").fill("dentist")
    page.get_by_role("main").get_by_role("button").last.click()
    page.wait_for_url(re.compile(r"/oncall/payments-primary/(\?.*)?$"))
    expect(page.get_by_label("On call now")).to_contain_text("Ben")


def _edit_it(page: Page, product: Product) -> None:
    """The rotation changes, the override stays."""
    page.get_by_role("link", name="Edit", exact=True).click()
    page.locator("[name$=length]").first.fill("2")
    why = page.locator("[name=reason]")
    if why.count():
        why.fill("two weeks are calmer")
    page.get_by_role("button", name="Save the schedule").click()
    page.wait_for_url(f"{product.url}/oncall/payments-primary/")
    expect(page.get_by_label("On call now")).to_contain_text("Ben")
    expect(page.locator("body")).to_contain_text("2 weeks")


def _write_a_policy(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/oncall/")
    page.get_by_role("link", name="Escalation policies").click()
    page.get_by_role("link", name="Write the first policy").click()
    page.get_by_label("Title").fill("Payments, urgent")
    page.get_by_label("Whom to tell", exact=True).first.select_option(label="Ada (ada@example.org)")
    page.get_by_role("button", name="Add a step").click()
    second = page.get_by_role("group", name="Step 2")
    second.get_by_label("Whom to tell", exact=True).select_option(label="On call in Payments primary")
    second.get_by_role("button", name="Earlier").click()
    expect(page.get_by_label("Title")).to_have_value("Payments, urgent")
    page.get_by_role("button", name="Create the policy").click()
    page.wait_for_url(product.url + POLICY)
    expect(page.locator(".ladder li").first).to_contain_text("now Ben")


def _simulate(page: Page, product: Product) -> None:
    page.get_by_role("link", name="Simulate").click()
    stages = page.locator(".ladder > li")
    expect(stages.nth(0)).to_contain_text("Ben")
    expect(stages.nth(1)).to_contain_text("Ada")
    later = datetime.now(UTC) + timedelta(hours=3)
    page.get_by_label("It fires at").fill(f"{later:%Y-%m-%dT%H:%M}")
    page.get_by_label("Acknowledged after").fill("2")
    page.get_by_role("button", name="Simulate").click()
    expect(stages.nth(0)).to_contain_text("Ada")
    expect(stages.nth(0)).to_contain_text(f"{later:%H:%M}")
    expect(stages.nth(1)).to_contain_text("Acknowledged")
    assert "ack=2" in page.url, "the address holds what was asked"


def _say_how_to_be_told(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/settings/notifications/")
    expect(page.get_by_role("main")).to_contain_text("a mail goes to ada@example.org")
    page.get_by_role("button", name="Set quiet hours").click()
    expect(page.get_by_role("main")).to_contain_text("Normal urgency waits from 22:00 to 07:00")
