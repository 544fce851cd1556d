"""An alert at night: it comes in over the API, a phone acknowledges it by the mailed link, and it is worked off."""

from __future__ import annotations

import email
import email.policy
import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import PHONE, OpenPage, is_accessible, keeps_nobody_out, sign_in
from tests.journeys.newcomer import PASSWORD, become_administrator, invite_a_responder, make_a_token
from tests.servers.product import Product, running_product
from tests.servers.receivers import SmtpReceiver, recording_smtp

pytestmark = pytest.mark.journey

TOUCH = {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
_LINK = re.compile(r"/a/[\w:.~-]+/")


@dataclass
class Station:
    """A product that pages by mail, with its administrator Ada, and an integration that takes PagerDuty's events."""

    product: Product
    smtp: SmtpReceiver
    routing_key: str
    cookies: dict[str, Any]

    def trigger(self, *, key: str, summary: str, severity: str = "critical") -> None:
        event = {
            "routing_key": self.routing_key,
            "event_action": "trigger",
            "dedup_key": key,
            "payload": {"summary": summary, "source": "checkout-1", "severity": severity},
        }
        assert _post(f"{self.product.url}/v2/enqueue", event)["status"] == "success"

    def mailed_link(self, *, about: str) -> str:
        """The address in the newest mail about it, as the person on call gets it."""
        return self.mailed_links(about=about)[-1]

    def mailed_links(self, *, about: str) -> list[str]:
        self.product.wait_until(lambda: bool(self._links(about)), seconds=20, what="the mail")
        return self._links(about)

    def _links(self, about: str) -> list[str]:
        texts = [_text_of(mail.content) for mail in self.smtp.mails]
        return [link[0] for text in texts if about in text and (link := _LINK.search(text))]


def _text_of(content: bytes) -> str:
    message = email.message_from_bytes(content, policy=email.policy.default)
    body = message.get_body(("plain",))
    return f"{message['subject']}\n{body.get_content() if body else ''}"


def _post(address: str, body: dict[str, Any], token: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(address, data=json.dumps(body).encode(), headers=headers)  # noqa: S310  our own address
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  our own address
        return json.loads(answer.read())


@pytest.fixture(scope="module")
def station(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    with recording_smtp() as smtp:
        environment = {"EMAIL_HOST": smtp.host, "EMAIL_PORT": str(smtp.port), "EMAIL_TLS": "none"}
        with running_product(tmp_path_factory.mktemp("incident"), environment=environment) as product:
            product.wait_until_ready()
            context = chromium.new_context()
            page = context.new_page()
            become_administrator(page, product)
            token = make_a_token(page, product)
            made = _post(
                f"{product.url}/api/v1/integrations",
                {"team": "payments", "name": "shop", "title": "Shop alerts", "kind": "pagerduty"},
                token,
            )
            yield Station(product, smtp, made["key"], dict(context.storage_state()))
            context.close()


def test_from_an_alert_to_a_resolved_incident_by_phone(
    station: Station, open_page: OpenPage, save_screenshot: Callable[[Page, str], None]
) -> None:
    station.trigger(key="checkout-502", summary="Checkout answers 502")
    link = station.mailed_link(about="Checkout answers 502")

    stranger = open_page(**TOUCH)  # nobody is signed in on this phone
    stranger.goto(station.product.url + link)
    button = stranger.get_by_role("button", name="Acknowledge")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 56
    assert box["y"] + box["height"] <= PHONE["height"]
    _fits(stranger)
    is_accessible(stranger)
    save_screenshot(stranger, "acknowledge-phone")
    button.click()
    expect(stranger.get_by_text("You have it. Paging has stopped.")).to_be_visible()
    stranger.goto(station.product.url + link)
    expect(stranger.get_by_text("Ada has acknowledged it already")).to_be_visible()

    phone = open_page(**TOUCH)
    sign_in(phone, url=station.product.url, email="ada@example.org", password=PASSWORD)
    phone.get_by_role("navigation", name="Places, small screen").get_by_role("link", name="Incidents").click()
    phone.get_by_role("link", name="Checkout answers 502").click()
    _sticks_under_the_thumb(phone, "Take command").click()
    expect(phone.locator("#incident-head")).to_contain_text(re.compile(r"Commander\s*Ada"))
    _comment_survives_a_refresh(phone)
    expect(phone.locator("#timeline")).to_contain_text("Rolling back 4.18.2.")
    expect(phone.locator("#timeline")).to_contain_text("Acknowledged by Ada via phone link.")
    _fits(phone)
    is_accessible(phone)
    save_screenshot(phone, "incident-phone")
    _sticks_under_the_thumb(phone, "Users are fine again").click()
    _sticks_under_the_thumb(phone, "Resolve").click()
    expect(phone.locator("#incident-head .state", has_text="Resolved")).to_be_visible()


def _comment_survives_a_refresh(page: Page) -> None:
    page.get_by_label("Comment", exact=True).fill("Rolling back 4.18.2.")
    page.evaluate("document.querySelectorAll('[data-live]').forEach((part) => htmx.trigger(part, 'refresh'))")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Rolling back 4.18.2.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")


def _sticks_under_the_thumb(page: Page, name: str) -> Locator:
    """The button, which is in the lower third of the screen, just above the bar, wherever one has scrolled to."""
    button = page.locator(".phone-action").get_by_role("button", name=name)
    expect(button).to_be_visible()  # a page that is still on its way has nothing to scroll
    for place in ("window.scrollTo(0, document.body.scrollHeight)", "window.scrollTo(0, 0)"):
        page.evaluate(place)
        expect(button).to_be_visible()
        box = button.bounding_box()
        assert box is not None
        assert PHONE["height"] * 2 / 3 <= box["y"]
        assert box["y"] + box["height"] <= PHONE["height"] - 60
    return button


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_pages_of_incidents_keep_nobody_out(
    station: Station, open_page: OpenPage, save_screenshot: Callable[[Page, str], None]
) -> None:
    station.trigger(key="stock", summary="Stock is stale", severity="warning")
    station.mailed_link(about="Stock is stale")
    page = open_page(storage_state=station.cookies)
    page.goto(f"{station.product.url}/incidents/")
    save_screenshot(page, "incidents")
    incident = str(page.get_by_role("link", name="Stock is stale").get_attribute("href"))
    page.goto(f"{station.product.url}/alerts/")
    alert = str(page.get_by_role("link", name="Stock is stale").first.get_attribute("href"))
    for path in (
        "/incidents/", "/incidents/new/", incident, f"{incident}severity/", f"{incident}milestones/mitigated/",
        f"{incident}timeline/import/", "/alerts/", alert, "/incidents/figures/",
    ):  # fmt: skip
        page.goto(station.product.url + path)
        keeps_nobody_out(page)


def test_without_javascript_an_incident_is_declared_acknowledged_and_closed(
    station: Station, open_page: OpenPage
) -> None:
    page = open_page(storage_state=station.cookies, java_script_enabled=False, viewport=PHONE)
    page.goto(f"{station.product.url}/incidents/new/")
    page.get_by_label("What do users notice?").fill("Receipts are mailed twice")
    page.get_by_label("Sev3").check()
    page.get_by_label("I am the commander").check()
    page.get_by_role("button", name="Declare and tell them").click()
    expect(page.get_by_role("heading", name="Receipts are mailed twice")).to_be_visible()
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.locator("#incident-head")).to_contain_text("Acknowledged")
    page.get_by_label("Comment", exact=True).fill("The queue was replayed.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#timeline")).to_contain_text("The queue was replayed.")
    page.locator("summary", has_text="More").first.click()
    page.get_by_role("link", name="Close", exact=True).click()
    page.get_by_label("Real: users were affected, or would have been").check()
    page.get_by_role("button", name="Close the incident").click()
    expect(page.locator("#incident-head")).to_contain_text("Closed as real.")


def test_on_a_phone_incidents_are_merged_split_and_handed_over(station: Station, open_page: OpenPage) -> None:
    desk = open_page(storage_state=station.cookies)
    invite_a_responder(desk, station.product, name="Ben", address="ben@example.org")
    for key, summary in (("carts", "Carts are empty"), ("baskets", "Baskets answer 500")):
        station.trigger(key=key, summary=summary)
        station.mailed_link(about=summary)
    phone = open_page(storage_state=station.cookies, **TOUCH)
    phone.goto(f"{station.product.url}/incidents/")
    phone.get_by_role("link", name="Carts are empty").first.click()
    _choose_more(phone, "Merge into another")
    phone.get_by_label("Into").select_option(label=_option(phone, "Baskets answer 500"))
    phone.get_by_label("Why").fill("The same shop")
    phone.get_by_role("button", name="Merge", exact=True).click()
    expect(phone.get_by_role("heading", name="Baskets answer 500")).to_be_visible()
    expect(phone.get_by_text(re.compile(r"#\d+ is merged into"))).to_be_visible()

    _choose_more(phone, "Split alerts off")
    phone.get_by_label("Carts are empty").check()
    phone.get_by_label("Title of the new incident").fill("Carts lose their content")
    _fits(phone)
    phone.get_by_role("button", name="Split", exact=True).click()
    expect(phone.get_by_role("heading", name="Carts lose their content")).to_be_visible()

    phone.get_by_role("link", name="Hand over Commander").click()
    phone.get_by_label("To", exact=True).select_option(label="Ben")
    phone.get_by_role("button", name="Hand over").click()
    expect(phone.locator("#incident-head")).to_contain_text(re.compile(r"Commander\s*Ben"))
    _choose_more(phone, "Close")
    phone.get_by_label("False positive", exact=False).check()
    phone.get_by_role("button", name="Close the incident").click()
    expect(phone.locator("#incident-head")).to_contain_text("Closed as")
    _fits(phone)


def _choose_more(page: Page, item: str) -> None:
    page.locator("summary", has_text="More").first.click()
    page.get_by_role("link", name=item, exact=True).click()


def _option(page: Page, text: str) -> str:
    return page.get_by_label("Into").locator("option", has_text=text).inner_text()
