"""What the README promises of `./run demo`: on an installed machine a living page within a minute, in little memory."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.servers.product import Product, running_product

pytestmark = pytest.mark.faults

START_SECONDS_MAX = 60.0
RESIDENT_MEGABYTES_MAX = 500.0


def test_the_demo_lives_within_a_minute_and_500_megabytes(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    started_at = time.monotonic()
    with running_product(tmp_path, command="demo", seconds=START_SECONDS_MAX, from_nothing=True) as product:
        browser = signed_in(product)
        overview = open_text(browser, f"{product.url}/")
        took = time.monotonic() - started_at
        assert "Checkout" in overview
        assert took < START_SECONDS_MAX
        assert "request_cancelled" not in product.log

        product.wait_until_ready()
        greeted_at = latest_evaluation(product)
        product.wait_until(lambda: latest_evaluation(product) > greeted_at, seconds=130, what="an evaluation")
        for address in ("/", "/slos/", "/services/", "/sources/", "/api/v1/slos"):
            open_text(browser, f"{product.url}{address}")
        assert len(product.children()) == 5
        megabytes = product.resident_megabytes()
        record_property("seconds to the first page", round(took, 1))
        record_property("megabytes resident after the first evaluations", round(megabytes))
        everything = product.resident_megabytes(counted="Rss")
        record_property("megabytes, shared pages counted for each process", round(everything))
        assert megabytes < RESIDENT_MEGABYTES_MAX


def signed_in(product: Product) -> OpenerDirector:
    """Through the form, with what the greeting says."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    form = open_text(browser, f"{product.url}/sign-in/")
    (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', form))
    found = re.search(r"(\S+@\S+).*?(try-\S+)", product.log, re.DOTALL)
    assert found is not None, product.log
    content = {"csrfmiddlewaretoken": token, "username": found.group(1), "password": found.group(2)}
    with browser.open(f"{product.url}/sign-in/", urlencode(content).encode(), timeout=20) as answer:
        assert "/sign-in/" not in answer.url
    return browser


def open_text(browser: OpenerDirector, address: str) -> str:
    with browser.open(address, timeout=20) as answer:
        text: str = answer.read().decode()
        return text


def latest_evaluation(product: Product) -> str:
    with closing(sqlite3.connect(product.database_path, timeout=20)) as database:
        (latest,) = database.execute("SELECT max(evaluated_at) FROM slo_slostatus").fetchone()
        return str(latest or "")
