"""The first steps of everyone: becoming the administrator, making a token."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from reliability.access.domain.caller import Role
from tests.journeys.conftest import sign_in
from tests.servers.product import Product

ADDRESS, PASSWORD = "ada@example.org", "a long enough pass phrase 7"


def become_administrator(page: Page, product: Product) -> None:
    """Ada, of the team Payments. She signs in where she is the administrator already."""
    page.goto(product.url)
    if "/sign-in/" in page.url:
        sign_in(page, url=product.url, email=ADDRESS, password=PASSWORD)
        return
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_label("team", exact=False).last.fill("Payments")
    for box in page.locator("input[type=password]").all():
        box.fill(PASSWORD)
    page.get_by_role("button", name="Create the administrator").click()
    page.wait_for_url(f"{product.url}/")


def make_a_token(page: Page, product: Product) -> str:
    """An editor's token of the team Payments, with every scope."""
    page.goto(f"{product.url}/settings/tokens/")
    page.get_by_label("Name", exact=True).fill("job")
    page.locator("select[name=team]").select_option("payments")
    page.locator("select[name=role]").select_option(str(Role.EDITOR.value))
    for scope in page.locator("input[name=scopes]").all():
        scope.check()
    why = page.locator("[name=reason]")
    if why.count():
        why.fill("for the journey")
    page.get_by_role("button", name="Make the token").click()
    return page.locator("#new-token").inner_text().strip()


def invite_a_responder(page: Page, product: Product, *, name: str, address: str) -> str:
    """A person of the team Payments. Returns the address of their first visit."""
    page.goto(f"{product.url}/settings/people/invite/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(address)
    _say_why(page.locator("main"))
    page.get_by_role("button", name="Make the link").click()
    link = re.search(r"https?://\S+(/link/[^\s<]+)", page.get_by_role("main").inner_text())
    assert link
    page.goto(f"{product.url}/teams/payments/")
    form = page.locator("form", has=page.get_by_role("heading", name="Add a member"))
    form.get_by_label("Email").fill(address)
    form.locator("select[name=role]").select_option(str(Role.RESPONDER.value))
    _say_why(form)
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_text(address).first).to_be_visible()
    return f"{product.url}{link[1]}"


def _say_why(form: Locator) -> None:
    why = form.locator("[name=reason]")
    if why.count():
        why.first.fill("for the journey")
