"""The first path, whole: a real Prometheus, OpenSLO, a backfill, an error budget; equal to the closed form."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from reliability.web.templatetags.web import ratio_percent
from tests.journeys.conftest import OpenPage
from tests.journeys.known_traffic import DAY, KnownTraffic
from tests.journeys.newcomer import become_administrator, make_a_token
from tests.servers.product import Product, running_product
from tests.servers.prometheus import prometheus, write_blocks
from tests.servers.redis import RedisServer, redis_server

pytestmark = pytest.mark.journey

BACKFILL_SECONDS = 120

DOCUMENTS = """
apiVersion: openslo/v1
kind: DataSource
metadata: {name: metrics, displayName: Our Prometheus}
spec:
  type: Prometheus
  connectionDetails: {url: "%(url)s"}
---
apiVersion: openslo/v1
kind: Service
metadata: {name: checkout, displayName: Checkout}
spec: {description: From basket to paid order}
"""

OBJECTIVE = """
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: %(name)s, displayName: Orders are placed without error}
spec:
  service: checkout
  indicator:
    metadata: {name: %(name)s-orders}
    spec:
      ratioMetric:
        counter: true
        bad:
          metricSource:
            metricSourceRef: metrics
            type: Prometheus
            spec: {query: 'http_requests_total{job="checkout",code="500"}'}
        total:
          metricSource:
            metricSourceRef: metrics
            type: Prometheus
            spec: {query: 'http_requests_total{job="checkout"}'}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
"""


@dataclass
class Api:
    """The product's API, with a token."""

    url: str
    token: str

    def ask(self, path: str, body: str | None = None, *, content_type: str = "application/json") -> Any:
        answer = httpx2.request(
            "GET" if body is None else "POST",
            f"{self.url}/api/v1{path}",
            content=body,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": content_type},
            timeout=30,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def backfill(self, sli: str, start: datetime, end: datetime) -> dict[str, Any]:
        body = json.dumps({"start": start.isoformat(), "end": end.isoformat()})
        started: dict[str, Any] = self.ask(f"/slis/{sli}/backfills", body)
        return started

    def progress(self, started: dict[str, Any]) -> dict[str, Any]:
        now: dict[str, Any] = self.ask(f"/slis/{started['sli']}/backfills/{started['id']}")
        return now


@dataclass
class Installation:
    """A product beside a Prometheus that holds the known traffic."""

    product: Product
    traffic: KnownTraffic
    redis: RedisServer | None  # the broker, where the run asks for servers; else the product has one embedded

    @property
    def end(self) -> datetime:
        return datetime.fromtimestamp(self.traffic.end_minute * 60, tz=UTC)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("telemetry")
    traffic = KnownTraffic(end_minute=int(time.time()) // 60 - 5)  # all of it has settled
    write_blocks(series=traffic.series(), directory=directory / "tsdb")
    environment = {"OUTBOUND_ALLOWED_HOSTS": "127.0.0.1"}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(prometheus(directory=directory / "tsdb"))
        redis = stack.enter_context(redis_server()) if os.environ.get("PRODUCT_REDIS_URL") else None
        if redis is not None:
            environment["REDIS_URL"] = redis.url
        product = stack.enter_context(running_product(directory / "data", environment=environment))
        product.wait_until_ready()
        (directory / "data" / "source.yaml").write_text(DOCUMENTS % {"url": server.url})
        yield Installation(product=product, traffic=traffic, redis=redis)


def test_known_counters_become_the_budget_they_are(installation: Installation, open_page: OpenPage) -> None:
    product, traffic, end = installation.product, installation.traffic, installation.end
    page = open_page()
    become_administrator(page, product)
    api = Api(product.url, make_a_token(page, product))

    source = Path(product.data_dir / "source.yaml").read_text()
    text = source + OBJECTIVE % {"name": "checkout-availability"}
    planned = api.ask("/openslo?dry_run=true&team=payments", text, content_type="application/yaml")
    applied = api.ask("/openslo?team=payments", text, content_type="application/yaml")
    again = api.ask("/openslo?team=payments", text, content_type="application/yaml")
    assert _actions(planned) == _actions(applied) == {"create"}
    assert _actions(again) == {"unchanged"}

    undisturbed = api.backfill("checkout-availability-orders", end - timedelta(days=30), end)
    product.wait_until(lambda: api.progress(undisturbed)["state"] == "done", seconds=BACKFILL_SECONDS)

    _the_api_tells_the_closed_form(api, traffic, end, name="checkout-availability")
    _the_page_tells_the_closed_form(page, product, traffic, end)

    for name in ("disturbed", "disturbed-again", "disturbed-at-last"):
        api.ask("/openslo?team=payments", (OBJECTIVE % {"name": name}), content_type="application/yaml")
        disturbed = api.backfill(f"{name}-orders", end - timedelta(days=30), end)
        if _were_worker_and_broker_killed_on_the_way(installation, api, disturbed):
            break
    else:
        raise AssertionError("each was done before it could be disturbed")
    _the_api_tells_the_closed_form(api, traffic, end, name=name)


def _actions(answer: dict[str, Any]) -> set[str]:
    return {change["action"] for change in answer["changes"]}


def _the_api_tells_the_closed_form(api: Api, traffic: KnownTraffic, end: datetime, *, name: str) -> None:
    end_minute = traffic.end_minute
    good, valid, measured = traffic.sums(range(end_minute - 28 * DAY, end_minute))
    status = api.ask(f"/slos/{name}/status?at={int(end.timestamp())}")
    assert (status["good"], status["valid"]) == (good, valid)
    assert status["sli"] == good / valid
    assert status["coverage"] == pytest.approx(measured / (28 * DAY), rel=1e-12)
    consumed = (1 - good / valid) / 0.001
    assert status["budget"]["consumed"] == pytest.approx(consumed, rel=1e-9)
    assert status["budget"]["remaining"] == pytest.approx(1 - consumed, rel=1e-9)
    for text, minutes in {"5m": 5, "1h": 60, "6h": 360, "3d": 3 * DAY}.items():
        good, valid, _ = traffic.sums(range(end_minute - minutes, end_minute))
        assert status["burn_rates"][text] == pytest.approx((1 - good / valid) / 0.001, rel=1e-9, abs=1e-12)

    start = end - timedelta(days=30)
    history = api.ask(f"/slos/{name}/history?from={start:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}&step=1h")
    assert len(history["points"]) >= 30 * 24
    for point in history["points"]:
        first, last = (int(datetime.fromisoformat(point[key]).timestamp()) // 60 for key in ("start", "end"))
        good, valid, _ = traffic.sums(range(first, last))
        assert (point["good"], point["valid"]) == (good, valid), point["start"]
        assert point["sli"] == (good / valid if valid else None)


def _the_page_tells_the_closed_form(page: Page, product: Product, traffic: KnownTraffic, end: datetime) -> None:
    good, valid, measured = traffic.sums(range(traffic.end_minute - 28 * DAY, traffic.end_minute))
    start = end - timedelta(days=28)
    instants = f"at={end:%Y-%m-%dT%H:%M:%SZ}&from={start:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"
    page.goto(f"{product.url}/slos/checkout-availability/?{instants}")
    standing = page.locator("#standing")
    expect(standing).to_contain_text(ratio_percent(good / valid))
    expect(standing.locator(".budget-text")).to_have_text(f"{100 * (1 - (1 - good / valid) / 0.001):.1f} %")
    expect(page.get_by_role("main")).to_contain_text(ratio_percent(measured / (28 * DAY)))


def _were_worker_and_broker_killed_on_the_way(installation: Installation, api: Api, backfill: dict[str, Any]) -> bool:
    """Twice the worker and once the broker die without warning while the backfill runs; False when it was quicker."""
    product = installation.product
    for is_broker_killed in (False, True):
        before = api.progress(backfill)["percent"]
        product.wait_until(lambda: api.progress(backfill)["percent"] > min(before, 99), seconds=BACKFILL_SECONDS)  # noqa: B023  called at once
        if (state := api.progress(backfill)["state"]) == "done":
            return False
        assert state == "running"
        os.kill(product.children()["worker"], signal.SIGKILL)
        if is_broker_killed and installation.redis is not None:
            installation.redis.die_and_come_back()
        elif is_broker_killed:
            os.kill(product.children()["broker"], signal.SIGKILL)
    product.wait_until(lambda: api.progress(backfill)["state"] == "done", seconds=BACKFILL_SECONDS)
    return True
