"""Must be seen 3: web process and worker die while deployments come in by the thousand; nothing is lost or doubled.

FAULTS_DEPLOYMENTS: how many are told, 100,000 for the whole claim.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.delivery.long_story import Story
from tests.faults.seed_intake import run_within
from tests.servers.product import Product, running_product

pytestmark = pytest.mark.faults

DEPLOYMENTS = int(os.environ.get("FAULTS_DEPLOYMENTS", "4000"))
SERVICES = 20
BATCH = 250
SENDERS = 2
# Who dies when which part of the batches has been answered.
DEATHS = ((0.25, "web"), (0.5, "worker"), (0.75, "web"))
SECONDS_MAX = 90 + DEPLOYMENTS / 100

_SEED = """
import json
from django.utils import timezone
from reliability.access.domain.caller import SYSTEM, Role, Scope
from reliability.access.models import Team
from reliability.access.services import tokens
from reliability.catalog.models import Service
team = Team.objects.create(slug=%(slug)r, name=%(slug)r)
Service.objects.bulk_create([Service(team=team, name=name, title=name) for name in %(names)r])
made = tokens.create(caller=SYSTEM, name="ci", team=team, role=Role.EDITOR, scopes=[Scope.INTAKE, Scope.READ],
    expires_at=None, now=timezone.now())
print(made.secret)
"""

_PENDING = "SELECT 1 FROM delivery_deployment WHERE contents = 'pending' LIMIT 1"
# What figures are made of, without what differs by name: counts for people, a hash of every row for the machine.
_FOUND = """
import hashlib, json
from django.db.models import Count, Sum
from reliability.delivery.models import Commit, Deployment, ShippedCommit
mine = Deployment.objects.filter(team__slug=%(slug)r)
shipped = ShippedCommit.objects.filter(deployment__team__slug=%(slug)r)
digest = hashlib.sha256()
columns = ("key", "outcome", "finished_at", "previous_revision", "is_rollback", "contents")
for row in mine.order_by("key").values_list(*columns):
    digest.update(repr(row).replace(%(slug)r, "").encode())
columns = ("deployment__key", "commit__sha", "lead_seconds")
for row in shipped.order_by(*columns).values_list(*columns):
    digest.update(repr(row).replace(%(slug)r, "").encode())
print(json.dumps({
    "deployments": mine.count(),
    "pending": mine.filter(contents="pending").count(),
    "commits": Commit.objects.filter(team__slug=%(slug)r).count(),
    "shipped": shipped.count(),
    "lead_seconds": shipped.aggregate(sum=Sum("lead_seconds"))["sum"],
    "rows": digest.hexdigest(),
}))
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("deployments")) as product:
        product.wait_until_ready()
        yield product


class Sender:
    """A pipeline that repeats what was not answered, as it should: the same rows with the same ids."""

    def __init__(self, product: Product, token: str, bodies: list[bytes]) -> None:
        self._product, self._token = product, token
        self._bodies = iter(bodies)
        self._lock = threading.Lock()
        self.answered = 0
        self.repeated = 0

    def run(self) -> None:
        while (body := self._next()) is not None:
            while not self._is_taken(body):
                self.repeated += 1
                time.sleep(0.2)
            with self._lock:
                self.answered += 1

    def has_answered(self, batches: float) -> bool:
        return self.answered >= batches

    def _next(self) -> bytes | None:
        with self._lock:
            return next(self._bodies, None)

    def _is_taken(self, body: bytes) -> bool:
        connection = http.client.HTTPConnection(urlsplit(self._product.url).netloc, timeout=60)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/x-ndjson"}
        try:
            connection.request("POST", "/api/v1/deployments", body=body, headers=headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        assert answer.status in {202, 502, 503}, text
        return answer.status == 202


def tell(product: Product, story: Story, *, deaths: tuple[tuple[float, str], ...]) -> tuple[dict[str, Any], Sender]:
    """Everything that the product holds of the story once it is worked out."""
    seed = {"slug": story.name, "names": story.names()}
    token = run_within(product, _SEED % seed).strip().splitlines()[-1]
    bodies = list(story.batches(BATCH))
    sender = Sender(product, token, bodies)
    with ThreadPoolExecutor(SENDERS) as pool:
        running = [pool.submit(sender.run) for _ in range(SENDERS)]
        for part, role in deaths:
            product.wait_until(
                partial(sender.has_answered, part * len(bodies)), seconds=SECONDS_MAX, what=f"{part:.0%} of the answers"
            )
            os.kill(product.children()[role], signal.SIGKILL)
        for one in running:
            one.result(timeout=SECONDS_MAX)

    def found() -> dict[str, Any]:
        values: dict[str, Any] = json.loads(run_within(product, _FOUND % seed).strip().splitlines()[-1])
        return values

    product.wait_until(lambda: not product.read(_PENDING), seconds=SECONDS_MAX, what="that all is worked out")
    return found() | {"lead_time": lead_time(product, token, story)}, sender


def lead_time(product: Product, token: str, story: Story) -> dict[str, Any]:
    """As the API tells it: n, median, 90th percentile."""
    period = "from=2025-01-01T00:00:00Z&to=2027-01-01T00:00:00Z"
    asked = urllib.request.Request(  # noqa: S310  our own address
        f"{product.url}/api/v1/dora?team={story.name}&{period}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310  our own address
        told: dict[str, Any] = json.loads(answer.read())["figures"]["lead_time"]
    return told


def test_deaths_amid_thousands_of_deployments_lose_none_and_double_none(
    product: Product, record_property: Callable[[str, object], None]
) -> None:
    each = DEPLOYMENTS // SERVICES
    killed, calm = (Story(SERVICES, each, name) for name in ("killed", "calm"))
    began = time.monotonic()
    undisturbed, _ = tell(product, calm, deaths=())
    record_property("seconds without a death, worked out", round(time.monotonic() - began, 1))
    assert undisturbed == {
        "deployments": calm.deployments,
        "pending": 0,
        "commits": calm.commits,
        "shipped": calm.shipped,
        "lead_seconds": calm.lead_seconds,
        "rows": undisturbed["rows"],
        "lead_time": undisturbed["lead_time"],
    }
    assert undisturbed["lead_time"]["n"] == calm.shipped
    began = time.monotonic()
    found, sender = tell(product, killed, deaths=DEATHS)
    record_property(f"seconds with {len(DEATHS)} deaths, worked out", round(time.monotonic() - began, 1))
    record_property("requests that had to be repeated", sender.repeated)
    assert found == undisturbed
    assert sender.repeated > 0, "a web process died with a request in its hands"
