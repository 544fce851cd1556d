"""A real browser on the real product: Debian's Chromium, every process started as a user starts it, a real SQLite file.

`demo` is a product with the demo's shop, `empty` one that newcomers make theirs. Each test gets fresh pages by
`open_page`, and fails when a page breaks the content policy or writes an error to the console.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.servers.chromium import ARGUMENTS, chromium_path
from tests.servers.product import ROOT, Product, running_product
from tests.sharing import Sharing, file_of

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 800, "height": 1100}
DEMO_EMAIL, DEMO_PASSWORD = "demo@example.org", "try-the-demo"
WAIT_MILLISECONDS = 15_000
SCREENSHOTS = ROOT / "docs" / "screenshots"

OpenPage = Callable[..., Page]


# Whose tests visit the demo; those of other files start a product of their own.
VISITORS = {
    f"test_{name}.py"
    for name in ("address", "bad_deployment", "burning", "chaos", "live", "look", "postmortem", "status_page")
}
# Who come to a product that nobody has visited, the first of them first. What each makes disturbs no other.
NEWCOMERS = ("test_first_objective.py", "test_api_docs.py", "test_on_call.py")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """What visits the demo stays in one process, which starts one, and so do newcomers; else tests of a file do."""
    return Sharing(config, log, share=lambda nodeid: _shared_by(file_of(nodeid)))


def _shared_by(path: str) -> str:
    name = Path(path).name
    return "demo" if name in VISITORS else "empty" if name in NEWCOMERS else path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first visit is a story of its own: whoever tells it comes first."""
    items.sort(key=lambda item: item.path.name != NEWCOMERS[0])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=WAIT_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("demo"), command="demo", seconds=240) as product:
        product.wait_until_ready()
        yield product


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("empty")) as product:
        product.wait_until_ready()
        yield product


def sign_in(page: Page, *, url: str, email: str = DEMO_EMAIL, password: str = DEMO_PASSWORD) -> None:
    """From the sign-in page to wherever it leads."""
    page.goto(f"{url}/sign-in/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)


@pytest.fixture(scope="session")
def signed_in(chromium: Browser, demo: Product) -> dict[str, Any]:
    """The cookies of the demo's person: pages start from here instead of signing in each time."""
    context = chromium.new_context()
    sign_in(context.new_page(), url=demo.url)
    state: dict[str, Any] = dict(context.storage_state())
    context.close()
    return state


@pytest.fixture(scope="session")
def screen(chromium: Browser, signed_in: dict[str, Any]) -> Iterator[BrowserContext]:
    """Of the demo's person: what is only looked at is opened here, and the scripts of its charts are read once."""
    context = chromium.new_context(storage_state=signed_in, viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]  # a size
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context
    context.close()


# What htmx says of a request that ended because its page was left or a newer one took its place. Of one that failed
# the browser itself says "Failed to load resource", and that is heard.
LEFT_BEHIND = ("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")


@dataclass
class Complaints:
    """What pages wrote to the console as errors, policy violations among them, and uncaught exceptions."""

    texts: list[str] = field(default_factory=list)

    def hear(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.texts.append(f"uncaught: {error}"))

    def expect(self, words: str) -> None:
        """Take back complaints with these words: the test asked for them. Fails when there are none."""
        kept = [text for text in self.texts if words not in text]
        assert len(kept) < len(self.texts), self.texts
        self.texts = kept

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(LEFT_BEHIND):
            self.texts.append(message.text)


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert heard.texts == []


@pytest.fixture
def open_page(chromium: Browser, complaints: Complaints) -> Iterator[OpenPage]:
    """`open_page(storage_state=signed_in, viewport=PHONE, color_scheme="dark")`: a page in a context of its own."""
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> Page:
        context = chromium.new_context(**({"viewport": WIDE, "reduced_motion": "reduce"} | options))
        context.set_default_timeout(WAIT_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        complaints.hear(page)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def visit(screen: BrowserContext, complaints: Complaints) -> Iterator[Page]:
    """A new page of a person who leaves nothing behind: no cookie, no theme, nothing typed."""
    page = screen.new_page()
    complaints.hear(page)
    yield page
    page.close()


@pytest.fixture
def save_screenshot() -> Callable[[Page, str], None]:
    """Keep a picture for the README when SAVE_SCREENSHOTS=1 asks for it."""

    def save(page: Page, name: str) -> None:
        if os.environ.get("SAVE_SCREENSHOTS") == "1":
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            wait_for_charts(page)
            page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")

    return save


def is_accessible(page: Page) -> None:
    """No rule of accessibility is broken, as the page stands there. The rules are read once a page: they are large."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)")
    assert violations == [], f"{page.url}: {AxeResults({'violations': violations}).generate_report()}"


def keeps_nobody_out(page: Page) -> None:
    """Neither wide by day nor on a phone by night; nor does anything stick out there or on a tablet. One visit: to
    load a page costs most."""
    before = page.viewport_size or WIDE
    page.emulate_media(color_scheme="light")
    wait_for_charts(page)
    is_accessible(page)
    _nothing_sticks_out(page, TABLET)
    page.emulate_media(color_scheme="dark")
    _nothing_sticks_out(page, PHONE)
    page.wait_for_function("document.getAnimations().length === 0")  # colours may take a frame to change
    is_accessible(page)
    page.set_viewport_size(before)  # type: ignore[arg-type]  # likewise


def _nothing_sticks_out(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]  # a size
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], f"{page.url} at {size['width']} px"


def wait_for_charts(page: Page) -> None:
    """Until every chart in sight of the page is drawn."""
    for plot in page.locator(".chart-plot").all():
        plot.scroll_into_view_if_needed()
        plot.locator("svg.main-svg").first.wait_for()
    page.evaluate("window.scrollTo(0, 0)")
