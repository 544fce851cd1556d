"""The pictures of the README: `SAVE_SCREENSHOTS=1 pytest tests/journeys/pictures.py`, besides what journeys keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import PHONE, OpenPage
from tests.journeys.test_look import PAGES
from tests.servers.product import Product

pytestmark = pytest.mark.journey

SAVED = {"overview": "overview", "objectives": "objectives", "objective": "objective", "new objective": "new-objective"}


@pytest.mark.parametrize("name", list(SAVED))
def test_pictures_of_pages(
    demo: Product,
    signed_in: dict[str, Any],
    open_page: OpenPage,
    save_screenshot: Callable[[Page, str], None],
    name: str,
) -> None:
    ways: dict[str, dict[str, Any]] = {
        "": {"color_scheme": "light"},
        "-dark": {"color_scheme": "dark"},
        "-phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2},
    }
    for suffix, options in ways.items():
        page = open_page(storage_state=signed_in, **options)
        page.goto(demo.url + PAGES[name])
        save_screenshot(page, SAVED[name] + suffix)
