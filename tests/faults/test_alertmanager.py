"""Must be seen 1: a real Prometheus and Alertmanager fire into the running product over a way that misbehaves.

The proxy between them answers 503, or passes the request on and then never answers, or lets it pass, in turns. Each
alert becomes exactly one row and one incident all the same, and its end resolves it.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.seed_intake import seed
from tests.servers.alertmanager import PASS, REFUSE, TAKE_AND_BE_SILENT, alertmanager, flaky_proxy
from tests.servers.product import Product, running_product
from tests.servers.prometheus import prometheus

pytestmark = pytest.mark.faults

ALERTS = 12

_PROMETHEUS = """\
global:
  scrape_interval: 1s
  evaluation_interval: 1s
alerting:
  alertmanagers:
    - static_configs:
        - targets: ["{target}"]
rule_files: ["{rules}"]
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("alertmanager")) as product:
        product.wait_until_ready()
        yield product


def write_rules(path: Path, *, firing: int) -> None:
    """Rules of which the first *firing* hold: vector(1) > 0, the others do not."""
    rules = [
        {
            "alert": f"Rule{number}",
            "expr": f"vector({1 if number < firing else 0}) > 0",
            "labels": {"severity": "critical" if number % 2 else "warning", "number": str(number)},
            "annotations": {"summary": f"Rule {number} holds", "runbook_url": "https://wiki.example.org/rule"},
        }
        for number in range(ALERTS)
    ]
    path.write_text(json.dumps({"groups": [{"name": "shop", "rules": rules}]}))  # JSON is YAML


def state(product: Product) -> dict[str, list[dict[str, Any]]]:
    alerts = product.read("SELECT title, status, times_seen FROM response_alert ORDER BY id")
    incidents = product.read("SELECT title, status FROM response_incident ORDER BY id")
    return {
        "alerts": [dict(zip(("title", "status", "times_seen"), row, strict=True)) for row in alerts],
        "incidents": [dict(zip(("title", "status"), row, strict=True)) for row in incidents],
    }


def count(product: Product, status: str = "") -> int:
    return sum(not status or alert["status"] == status for alert in state(product)["alerts"])


def seen(product: Product) -> int:
    return sum(int(alert["times_seen"]) for alert in state(product)["alerts"])


def test_every_alert_becomes_exactly_one_incident(product: Product, tmp_path: Path) -> None:
    key = seed(product)["alertmanager"]
    rules = tmp_path / "rules.yml"
    write_rules(rules, firing=ALERTS)
    with (
        flaky_proxy(to=product.url) as proxy,
        alertmanager(
            directory=tmp_path / "alertmanager", webhook_url=f"{proxy.url}/intake/alertmanager", key=key
        ) as receiver,
        prometheus(
            directory=tmp_path / "prometheus",
            config=_PROMETHEUS.format(target=receiver.target, rules=rules),
            # What it drops before it has found Alertmanager, it sends again soon.
            arguments=("--web.enable-lifecycle", "--rules.alert.resend-delay=2s"),
        ) as server,
    ):
        product.wait_until(lambda: count(product) >= ALERTS, seconds=60, what="an alert of each rule")
        product.wait_until(
            lambda: {PASS, REFUSE, TAKE_AND_BE_SILENT} <= set(proxy.deeds) and len(proxy.deeds) > 2 * ALERTS,
            seconds=60,
            what="repeats after refusals and silence",
        )
        # The proxy notes what it is about to do.
        product.wait_until(lambda: seen(product) > ALERTS, seconds=60, what="an alert that came again and was counted")
        fired = state(product)
        assert sorted(alert["title"] for alert in fired["alerts"]) == sorted(
            f"Rule {number} holds" for number in range(ALERTS)
        )
        assert sorted(one["title"] for one in fired["incidents"]) == sorted(
            f"Rule {number} holds" for number in range(ALERTS)
        )
        write_rules(rules, firing=0)
        _reload(server.url)
        product.wait_until(lambda: count(product, "resolved") == ALERTS, seconds=90, what="the end of each alert")
    ended = state(product)
    assert len(ended["alerts"]) == ALERTS
    assert [one["status"] for one in ended["incidents"]] == ["resolved"] * ALERTS


def _reload(url: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(f"{url}/-/reload", method="POST"), timeout=5) as answer:  # noqa: S310  its own loopback address
        assert answer.status == 200
