"""What an incident taught: drafted, asked why with a fork, without blame, agreed what to do, reviewed, read, found.

And done: the action of it counts as proven once its experiment was repeated, by the agent of the product, and held.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, OpenPage, is_accessible, wait_for_charts
from tests.journeys.newcomer import PASSWORD, invite_a_responder
from tests.servers.product import Product

pytestmark = pytest.mark.journey

INCIDENT = "A third of card authorisations fail"
REVIEWER = "iris.novak@example.org"
BLAME = "Ben should have noticed that zone B kept the old certificate."
NO_BLAME = "The runbook rotates one secret, and each zone keeps its own: nothing compares them."
ACTION = "Compare the client certificates of both zones each hour"
EXPERIMENT = "Rates come late for a moment"
RUN_ENDS_WITHIN_MILLISECONDS = 90_000


def test_from_an_incident_to_a_lesson_that_is_found(
    demo: Product, signed_in: dict[str, Any], open_page: OpenPage, save_screenshot: Callable[[Page, str], None]
) -> None:
    reviewer = _reviewer(open_page(storage_state=signed_in), open_page(), demo)
    page = open_page(storage_state=signed_in)
    _write_an_experiment(page, demo)
    page.goto(f"{demo.url}/postmortems/missing/")
    row = page.get_by_role("row").filter(has_text=INCIDENT)
    row.get_by_role("link", name="Draft").click()
    page.get_by_role("button", name="Draft it").click()
    page.wait_for_url(re.compile(r"/postmortems/\d+/$"))
    address = page.url
    expect(page.get_by_role("region", name=re.compile("Impact on"))).to_contain_text("Events lost")
    expect(page.locator("#timeline")).to_contain_text("Platform rotated the secret in zone A")

    _ask_why(page)
    _write_without_blame(page)
    _agree_on_an_action(page)
    action = page.url
    page.goto(address)
    expect(page.locator("#actions")).to_contain_text(ACTION)
    wait_for_charts(page)
    is_accessible(page)
    _fits_a_phone(page, save_screenshot)

    page.get_by_role("link", name="Ask for a review").click()
    page.get_by_label("Iris Novak").check()
    page.get_by_role("button", name="Ask them").click()
    reviewer.goto(address)
    reviewer.get_by_role("link", name="Answer", exact=True).click()
    reviewer.get_by_label("Approve: publish it").check()
    reviewer.locator("main form button[type=submit]").first.click()
    page.goto(address)
    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".page-subtitle")).to_contain_text("Published")

    reviewer.goto(f"{demo.url}/search/?q=each+zone+keeps+its+own")
    reviewer.get_by_role("main").get_by_text(INCIDENT).first.click()
    expect(reviewer.locator("#response")).to_contain_text(NO_BLAME)

    _do_it_and_prove_it(page, action, demo)
    page.goto(address)
    expect(page.locator("#actions li").filter(has_text=ACTION)).to_contain_text("Proven")


def _write_an_experiment(page: Page, demo: Product) -> None:
    """As one of the demo's own, over in six seconds, and of no service: what burns there does not hold it up."""
    page.goto(f"{demo.url}/chaos/experiments/rates-come-a-little-late/edit/")
    document = page.get_by_label("Document, YAML or JSON").input_value()
    short = re.sub("^title: .*$", f"title: {EXPERIMENT}", document, flags=re.MULTILINE).replace("after: 30", "after: 6")
    assert short.count(EXPERIMENT) == short.count("after: 6") == 1
    page.goto(f"{demo.url}/chaos/experiments/new/")
    page.get_by_label("Document, YAML or JSON").fill(short)
    page.locator("select[name=team]").select_option(label="Platform")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(EXPERIMENT)


def _ask_why(page: Page) -> None:
    """A question, two answers to it, and one of those asked again."""
    page.get_by_role("link", name="Write the five whys").click()
    page.get_by_label("The question to begin with").fill("Why did a third of authorisations fail?")
    page.get_by_role("button", name="Ask it").click()
    for question, answer in (
        ("Why did a third", "The gateway refused our certificate from zone A"),
        ("Why did a third", "Payments kept sending a third of its calls there"),
        ("The gateway refused", "The secret was rotated in one zone only"),
    ):
        node = page.locator(".why-box").filter(has=page.locator(".why-text", has_text=question))
        node.locator("summary", has_text="Why?").click()
        node.get_by_label("Because").fill(answer)
        node.get_by_role("button", name=re.compile("^Add (the answer|as a fork)$")).click()
        expect(page.locator(".why-text", has_text=answer)).to_be_visible()
    expect(page.locator("#whys")).to_contain_text("fork of 2")
    expect(page.locator("#whys > ul > li > ul > li")).to_have_count(2)


def _write_without_blame(page: Page) -> None:
    """What is typed is saved by itself; blame is flagged, and gone once it is said in other words."""
    page.get_by_role("link", name="Write Response").click()
    text = page.get_by_label("Response, Markdown")
    text.fill(BLAME)
    expect(page.locator("#blameless")).to_contain_text("may read as blame")
    expect(page.locator("[data-autosave-words]")).to_contain_text("Saved")
    text.fill(NO_BLAME)
    expect(page.locator("#blameless")).to_contain_text("Nothing here reads as blame")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview .prose")).to_contain_text(NO_BLAME)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#response .prose")).to_have_text(NO_BLAME)
    expect(page.get_by_label("Response, Markdown")).to_have_count(0)


def _agree_on_an_action(page: Page) -> None:
    """Platform does it, and proves it with an experiment of its own."""
    page.locator("#actions").get_by_role("link", name="Add an action item").click()
    page.get_by_role("link", name="Another team does it").click()
    page.locator("select[name=team]").select_option(label="Platform")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What is to be done").fill(ACTION)
    page.locator("select[name=owner]").select_option(label="Dana Demo")
    page.locator("select[name=proof]").select_option("experiment")
    page.locator("select[name=experiment]").select_option(label=EXPERIMENT)
    page.locator("main form button.button-primary").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(ACTION)
    expect(page.get_by_role("main")).to_contain_text("Postmortem A third of card authorisations fail")


def _do_it_and_prove_it(page: Page, action: str, demo: Product) -> None:
    """Done is not proven: that says a real run of the experiment, begun after it was done, that held."""
    page.goto(action)
    proof, state = page.locator("#proof"), page.locator(".action-main .card-head .state").last
    expect(proof.get_by_role("link", name="Run it now")).to_have_count(0)
    page.get_by_label("It is").select_option("done")
    page.get_by_role("button", name="Move it").click()
    expect(state).to_have_text("To be proven")
    expect(proof).to_contain_text("only a real run that begins after that counts")
    expect(page.get_by_text("Closed", exact=True)).to_have_count(0)

    proof.get_by_role("link", name="Run it now").click()
    expect(page.get_by_text("They let it go.")).to_be_visible()
    page.get_by_role("button", name="Run it").click()
    page.wait_for_url(re.compile(r"/chaos/runs/\d+/$"))
    run = page.url.rstrip("/").rpartition("/")[2]
    expect(page.locator("#run-state")).to_have_text("Held", timeout=RUN_ENDS_WITHIN_MILLISECONDS)
    expect(page.locator("#run-proof")).to_have_text("The fault is gone, and was seen to be.")

    def is_proven() -> bool:
        page.goto(action)
        return state.inner_text() == "Proven"

    demo.wait_until(is_proven, seconds=30, what="the proof by the run")
    expect(proof.locator(".banner")).to_contain_text(f"Run {run} of “{EXPERIMENT}” held")
    expect(page.locator(".action-history").get_by_role("link", name=f"Open run {run}")).to_be_visible()
    expect(page.get_by_text("Closed", exact=True)).to_be_visible()


def _reviewer(page: Page, other: Page, product: Product) -> Page:
    """Iris, invited to Payments as a responder, signed in on a screen of her own."""
    other.goto(invite_a_responder(page, product, name="Iris Novak", address=REVIEWER))
    for box in other.locator("input[type=password]").all():
        box.fill(PASSWORD)
    other.get_by_role("main").get_by_role("button").click()
    other.wait_for_url(lambda there: "/link/" not in there)
    return other


def _fits_a_phone(page: Page, save_screenshot: Callable[[Page, str], None]) -> None:
    wide = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a size
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    save_screenshot(page, "postmortem-phone")
    assert wide is not None
    page.set_viewport_size(wide)
