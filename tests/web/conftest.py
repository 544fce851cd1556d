"""A real browser for the pages of the shell, which fails the test when its console is not clean."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers.chromium import ARGUMENTS, chromium_path

# Playwright's loop runs in this thread, where pytest-django empties tables between tests; nothing awaits here.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


class Tab:
    """A page, what its console said and what it asked for."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.console: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"exception: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    @property
    def foreign_requests(self) -> list[str]:
        return [url for url in self.requests if not url.startswith((self.address, "data:", "blob:"))]


@pytest.fixture
def tab(
    chromium: Browser, live_server: Any, settings: Any, as_: Callable[[str], Client]
) -> Iterator[Callable[..., Tab]]:
    """`tab(width=390, color_scheme="dark", java_script_enabled=False)`: signed in as the viewer, in debug mode."""
    settings.DEBUG = True
    contexts = []

    def make(*, width: int = 1440, **options: Any) -> Tab:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            is_mobile=width < 500,
            has_touch=width < 500,
            timezone_id="America/New_York",
            **options,
        )
        contexts.append(context)
        session = as_("viewer").cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return Tab(context.new_page(), live_server.url)

    yield make
    for context in contexts:
        context.close()
