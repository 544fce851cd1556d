"""A game day from the plan to the record: a guest accepts by mail, a real fault is put in place, seen and stopped."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from reliability.demo.domain.rates import SERVICE
from reliability.demo.rates import ports as places
from reliability.supervision.places import demo_host
from tests.journeys.conftest import PHONE, WIDE, OpenPage, is_accessible, keeps_nobody_out, sign_in, wait_for_charts
from tests.servers.product import Product, running_product
from tests.servers.receivers import SmtpReceiver, recording_smtp

pytestmark = [
    pytest.mark.journey,
    pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost", demo_host()]),  # the address of the demo's own service
]

TITLE = "Slow exchange rates before Black Friday"
GUEST = "support@partner.example"
FINDING = "The shop waits for rates without a time-out"
FOLLOW_UP = "Give the call for rates a time-out of one second"
_LINK = re.compile(r"https?://[^/\s]+(/chaos/game-days/answers/[\w:.~-]+/)")


@dataclass
class Stage:
    """The demo with its mails recorded, and the cookies of its person."""

    product: Product
    smtp: SmtpReceiver
    cookies: dict[str, Any]

    def mail_to(self, address: str) -> EmailMessage:
        """The newest; waits until there is one."""
        self.product.wait_until(lambda: bool(self._mails_to(address)), seconds=30, what=f"a mail to {address}")
        return self._mails_to(address)[-1]

    def _mails_to(self, address: str) -> list[EmailMessage]:
        read = [email.message_from_bytes(one.content, policy=email.policy.default) for one in self.smtp.mails]
        return [one for one in read if address in str(one["to"])]


@pytest.fixture(scope="module")
def stage(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with recording_smtp() as smtp:
        environment = {"EMAIL_HOST": smtp.host, "EMAIL_PORT": str(smtp.port), "EMAIL_TLS": "none"}
        data_dir = tmp_path_factory.mktemp("game-day")
        with running_product(data_dir, command="demo", seconds=120, environment=environment) as product:
            product.wait_until_ready()
            product.wait_until(lambda: places.read(data_dir) is not None, seconds=60, what="the exchange rates")
            context = chromium.new_context()
            sign_in(context.new_page(), url=product.url)
            yield Stage(product, smtp, dict(context.storage_state()))
            context.close()


def test_from_the_plan_to_the_record(
    stage: Stage, open_page: OpenPage, save_screenshot: Callable[[Page, str], None]
) -> None:
    page = open_page(storage_state=stage.cookies)
    day = _plan(page, stage)
    _accept_by_mail(page, stage, open_page, day)
    _leave_the_stop_to_people(page, stage)
    page.goto(day)
    _say_go(page)
    _live_through_a_real_fault(page, stage, open_page, save_screenshot)
    _wrap_up(page)
    _read_the_record(page, stage, save_screenshot)


def _plan(page: Page, stage: Stage) -> str:
    """Its address. Two scenarios, roles, a guest, a question of the team."""
    page.goto(f"{stage.product.url}/chaos/game-days/")
    page.get_by_role("link", name="Plan a game day").click()
    _write_the_plan(page, TITLE)
    day = page.url
    _add_a_scenario(page, experiment="rates-come-late", minutes="5")
    _add_a_scenario(page, title="Somebody pulls a cable")
    page.get_by_role("button", name=re.compile("Earlier ?: Somebody pulls a cable")).click()
    page.get_by_role("button", name=re.compile("Later ?: Somebody pulls a cable")).click()
    expect(page.locator(".day-scenario h3")).to_have_text(["Rates come 400 ms late", "Somebody pulls a cable"])
    for kind in ("coordinator", "reporter"):
        page.locator("#give-role summary").click()
        page.get_by_label("Role", exact=True).select_option(kind)
        page.get_by_label("Who", exact=True).select_option(label="Dana Demo")
        page.get_by_role("button", name="Give it").click()
    page.get_by_label("Mail addresses").fill(GUEST)
    page.get_by_role("button", name="Put on the list").click()
    page.get_by_label("Ask this, too").fill("Support knows of it")
    page.get_by_role("button", name="Add", exact=True).click()
    _looks_well(page)
    return day


def _write_the_plan(page: Page, title: str) -> None:
    page.get_by_label("Team").select_option("platform")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Goal").fill("Does anybody notice before customers do?")
    page.get_by_label("Begins").fill((datetime.now(UTC) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Keep the draft").click()


def _add_a_scenario(page: Page, *, experiment: str = "", title: str = "", minutes: str = "") -> None:
    page.get_by_role("link", name="Add a scenario").click()
    if experiment:
        page.get_by_label("Experiment").select_option(experiment)
    page.get_by_label("Title").fill(title)
    page.get_by_label("Noticed within").fill(minutes)
    page.get_by_role("button", name="Add the scenario").click()


def _accept_by_mail(page: Page, stage: Stage, open_page: OpenPage, day: str) -> None:
    """The guest has no account: the link of the mail is enough."""
    page.get_by_role("button", name="Plan it and ask people").click()
    mail = stage.mail_to(GUEST)
    assert [part.get_content_type() for part in mail.walk()].count("text/calendar") == 1
    body = mail.get_body(("plain",))
    assert body is not None
    found = _LINK.search(body.get_content())
    assert found is not None
    guest = open_page(viewport=PHONE, is_mobile=True, has_touch=True)
    guest.goto(stage.product.url + found[1])
    expect(guest.get_by_role("heading", name=TITLE)).to_be_visible()
    _looks_well(guest)
    guest.get_by_role("button", name="I come").click()
    expect(guest.locator("#answered")).to_contain_text("Comes")
    page.goto(day)
    expect(page.locator("#invitees")).to_contain_text("1 of 1 comes")


def _leave_the_stop_to_people(page: Page, stage: Stage) -> None:
    """On a slow machine the guard would be faster than the phone."""
    page.goto(f"{stage.product.url}/chaos/policies/services/{SERVICE}/edit/")
    page.get_by_label("Bad events before a burn counts").fill("100000")
    page.get_by_label("Why").fill("Somebody stops it by hand")
    page.get_by_role("button", name="Save the policy").click()
    expect(page.locator("main")).to_contain_text("100000")


def _say_go(page: Page) -> None:
    page.get_by_role("button", name="Support knows of it", exact=True).click()
    expect(page.locator("#go")).to_contain_text("Nothing stands in the way.")
    page.get_by_role("button", name="Go", exact=True).click()
    page.get_by_role("button", name="Begin the game day").click()
    expect(page.get_by_role("heading", name="Between scenarios")).to_be_visible()


def _live_through_a_real_fault(
    page: Page, stage: Stage, open_page: OpenPage, save_screenshot: Callable[[Page, str], None]
) -> None:
    page.get_by_role("button", name=re.compile("^Begin")).click()
    page.get_by_label("What is seen or done").fill("Checkout shows a spinner")
    expect(page.locator("#fault-age")).to_contain_text("fault in place", timeout=60_000)
    expect(page.locator("#room-detection")).to_contain_text("Nobody has noticed it for")
    expect(page.locator("#room-strip")).to_contain_text("Rates are told within 250 ms")
    phone = open_page(storage_state=stage.cookies, viewport=PHONE, is_mobile=True, has_touch=True)
    phone.goto(page.url)
    expect(phone.locator("#stop")).to_be_in_viewport(ratio=1)
    _looks_well(phone)
    expect(page.get_by_label("What is seen or done")).to_have_value("Checkout shows a spinner")  # refreshed meanwhile
    page.get_by_label("What is seen or done").press("Control+Enter")
    expect(page.locator("#room-log")).to_contain_text("Checkout shows a spinner")
    expect(page.locator("#room-detection")).to_contain_text("Noticed after")
    expect(page.get_by_label("What is seen or done")).to_be_focused()
    _looks_well(page)
    save_screenshot(page, "game-day-room")

    phone.locator("#stop").click()
    expect(phone.get_by_text(re.compile(r"Stopping run \d+"))).to_be_visible()
    expect(page.locator("#run-state")).to_have_text("Aborted", timeout=30_000)
    expect(page.locator("#run-proof")).to_have_text("The fault is gone, and was seen to be.")
    page.get_by_role("button", name="End this scenario").click()
    expect(page.get_by_role("heading", name="Between scenarios")).to_be_visible()
    _type_while_an_answer_is_on_its_way(page, "no time left")
    page.get_by_role("button", name="Skip it").click()
    expect(page.get_by_role("heading", name="All scenarios are through")).to_be_visible()
    worst = "cells => Math.max(0, ...cells.map((cell) => Number(cell.dataset.value) || 0))"
    burn = page.locator("[id^=chart-day-burn] tbody td:nth-child(2)")
    stage.product.wait_until(lambda: burn.evaluate_all(worst) > 1, seconds=60, what="the fault in the chart of the day")
    page.get_by_role("button", name="End the live part").click()


def _type_while_an_answer_is_on_its_way(page: Page, words: str) -> None:
    """A refresh of the stepper that was asked for before takes nothing of it away."""
    held: list[Route] = []
    address = re.compile("part=steps")
    page.route(address, lambda route: held.append(route))  # a built-in method cannot be a handler
    page.wait_for_function("window.htmx")
    page.evaluate("htmx.trigger('#room-steps', 'refresh')")
    page.locator("details[id^=skip-] summary").click()
    page.get_by_label("Why it is skipped").fill(words)
    page.wait_for_timeout(300)
    assert held
    with page.expect_response(address):
        held[0].continue_()
    page.wait_for_timeout(300)  # to put the answer into the page
    expect(page.get_by_label("Why it is skipped")).to_have_value(words)
    page.unroute(address)


def _wrap_up(page: Page) -> None:
    page.locator("[id^=judge-] summary").click()
    page.get_by_label("The hypothesis held").select_option("yes")
    page.get_by_label("People did what was expected").select_option("yes")
    page.get_by_role("button", name=re.compile("Keep it ?: scenario 1")).click()
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("What went well").fill("It was seen within seconds.")
    page.get_by_role("button", name="Keep the answers").click()
    page.get_by_label("What is weak").fill(FINDING)
    page.get_by_role("button", name="Put it into the backlog").click()
    page.get_by_text("Something to be done").click()
    page.get_by_label("What is to be done").fill(FOLLOW_UP)
    page.get_by_label("Proven by").select_option("rates-come-late")
    page.get_by_role("button", name="Follow it up").click()
    _looks_well(page)
    page.get_by_role("link", name="in the backlog").click()
    expect(page.get_by_role("heading", name=FINDING)).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Write the record").click()
    expect(page.get_by_text("The record is written.")).to_be_visible()


def _read_the_record(page: Page, stage: Stage, save_screenshot: Callable[[Page, str], None]) -> None:
    record = page.get_by_role("article")
    for words in (
        "Checkout shows a spinner",
        "It was seen within seconds.",
        FINDING,
        FOLLOW_UP,
        "Skipped: no time left",
    ):
        expect(record).to_contain_text(words)
    wait_for_charts(page)
    _looks_well(page)
    save_screenshot(page, "game-day-record")
    with page.expect_download() as download:
        page.get_by_role("link", name="Markdown").click()
    assert "Checkout shows a spinner" in download.value.path().read_text()
    page.goto(f"{stage.product.url}/chaos/follow-ups/")
    expect(page.get_by_role("link", name=FOLLOW_UP)).to_be_visible()


def test_without_javascript_a_game_day_by_hand_is_planned_lived_through_and_wrapped_up(
    stage: Stage, open_page: OpenPage
) -> None:
    page = open_page(storage_state=stage.cookies, java_script_enabled=False, viewport=PHONE)
    page.goto(f"{stage.product.url}/chaos/game-days/new/")
    _write_the_plan(page, "A cable is pulled")
    _add_a_scenario(page, title="Somebody pulls a cable", minutes="2")
    page.get_by_role("button", name="Plan it and ask people").click()
    page.get_by_label("Why it goes on all the same").fill("we are all in one room")
    page.get_by_role("button", name="Go all the same").click()
    page.get_by_role("button", name="Begin the game day").click()
    page.get_by_role("button", name=re.compile("^Begin")).click()
    page.get_by_label("What is seen or done").fill("The lamp of port 3 is dark")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("#room-log")).to_contain_text("The lamp of port 3 is dark")
    page.get_by_role("button", name="End this scenario").click()
    page.get_by_role("button", name="End the live part").click()
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Keep the answers").click()
    page.get_by_role("button", name="Write the record").click()
    expect(page.get_by_role("article")).to_contain_text("The lamp of port 3 is dark")


def test_the_pages_of_game_days_keep_nobody_out(stage: Stage, open_page: OpenPage) -> None:
    page = open_page(storage_state=stage.cookies)
    for path in (
        "/chaos/game-days/", "/chaos/game-days/new/", "/chaos/game-days/1/", "/chaos/game-days/1/room/",
        "/chaos/game-days/1/record/", "/chaos/follow-ups/", "/chaos/follow-ups/1/", "/chaos/game-days/badges/platform/",
    ):  # fmt: skip
        page.goto(stage.product.url + path)
        keeps_nobody_out(page)


def _looks_well(page: Page) -> None:
    """Breaks no accessibility rule, and fits the width of a phone."""
    is_accessible(page)
    before = page.viewport_size or WIDE
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a size
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    page.set_viewport_size(before)  # type: ignore[arg-type]  # likewise
