"""The status page while everything else is down: database, broker, workers, supervisor; then a fresh web process."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message

import pytest

from tests.faults.seed_intake import run_within
from tests.servers.product import ROOT, Product, running_product
from tests.servers.prometheus import free_port

pytestmark = pytest.mark.faults

_PATHS = ("/status/shop/", "/status/shop/api/v2/summary.json", "/status/shop/history.atom", "/status/shop/badge.svg")
_SCRIPT = """
from django.utils import timezone
from reliability.access.domain.caller import SYSTEM
from reliability.access.models import Team
from incidents.status_page.services import components, incidents, pages
from incidents.status_page.services.components import ComponentDraft
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.pages import PageDraft
from incidents.status_page.services.updates import UpdateDraft
now = timezone.now()
team = Team.objects.create(slug="shop", name="Shop")
page = pages.create(caller=SYSTEM, team_id=team.pk, draft=PageDraft(slug="shop", title="Shop"), now=now)
components.create(caller=SYSTEM, page_id=page.pk, draft=ComponentDraft(name="Checkout"), now=now)
incidents.open_incident(
    caller=SYSTEM, page_id=page.pk, draft=IncidentDraft(title="Payments are declined"),
    update=UpdateDraft(status="investigating", body="We look."), now=now,
)
"""


def ask(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, headers=named)  # noqa: S310  our own address
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  as above
            return answer.status, _lower(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, _lower(error.headers), error.read()


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextmanager
def everything_else_down(product: Product) -> Iterator[None]:
    """Only the web process is left, and its database is no file any more."""
    children = product.children()
    os.kill(product.process.pid, signal.SIGSTOP)  # so that it starts nothing again
    files = [path for path in product.data_dir.iterdir() if path.name.startswith(product.database_path.name)]
    aside = product.data_dir / "aside"
    aside.mkdir()
    try:
        for name in set(children) - {"web"}:
            os.kill(children[name], signal.SIGKILL)
        for path in files:
            path.rename(aside / path.name)
        product.database_path.mkdir()
        yield
    finally:
        product.database_path.rmdir()
        for path in files:
            (aside / path.name).rename(path)
        os.kill(product.process.pid, signal.SIGCONT)


@contextmanager
def fresh_web(product: Product) -> Iterator[str]:
    port = free_port()
    environment = product.environment | {"PORT": str(port), "HOST": "127.0.0.1"}
    log = (product.data_dir / "fresh.log").open("wb")
    with (
        log,
        subprocess.Popen(
            [sys.executable, "-m", "reliability.server"], cwd=ROOT, env=environment, stdout=log, stderr=log
        ) as process,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            product.wait_until(lambda: _is_up(url), seconds=60, what="the start of a second web process")
            yield url
        finally:
            process.terminate()


def _is_up(url: str) -> bool:
    try:
        return ask(f"{url}/healthz")[0] == 200
    except OSError:
        return False


def test_the_status_page_answers_while_database_broker_and_workers_are_gone(
    tmp_path_factory: pytest.TempPathFactory, record_property: Callable[[str, object], None]
) -> None:
    if os.environ.get("PRODUCT_DATABASE_URL"):
        pytest.skip("the database of this run is a server, which others use")
    with running_product(tmp_path_factory.mktemp("product")) as product:
        product.wait_until_ready()
        run_within(product, _SCRIPT)
        missed = product.get("/status/shop/")  # whoever comes first is served by Django
        assert missed[0] == 200
        taken = product.wait_until(
            lambda: all("x-as-of" in ask(product.url + path)[1] for path in _PATHS),
            seconds=30,
            what="that copies are kept",
        )
        record_property("seconds from a new page to its copies", round(taken, 1))
        with everything_else_down(product):
            assert ask(f"{product.url}/sign-in/")[0] >= 500
            for path in _PATHS:
                status, headers, body = ask(product.url + path)
                assert (status, "stale-if-error" in headers["cache-control"]) == (200, True), path
                assert body
                assert ask(product.url + path, If_None_Match=headers["etag"])[0] == 304
            assert b"Payments are declined" in ask(product.url + _PATHS[0])[2]
            status, headers, body = ask(product.url + _PATHS[0], Accept_Encoding="gzip")
            assert b"Payments are declined" in gzip.decompress(body)
            style = product.get(_style_of(gzip.decompress(body).decode()))
            assert style[0] == 200
            with fresh_web(product) as url:
                assert [ask(url + path)[0] for path in _PATHS] == [200] * len(_PATHS)


def _style_of(page: str) -> str:
    return page.split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]
