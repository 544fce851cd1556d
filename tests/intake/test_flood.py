"""A thousand events of twenty problems, many at once: one incident each, every repeat counted, nothing lost.

How fast it goes is the benchmark's matter (benchmarks/alert_flood.py); this holds the counts.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from incidents.response.models import Alert, Incident
from tests.intake.conftest import KEY, Make

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS, PROBLEMS, AT_ONCE = 1_000, 20, 16
SECONDS_MAX = 240  # a bound for what hangs, not a measure


def sent_at_once(bodies: Sequence[bytes], post: Callable[[bytes], int]) -> Counter[int]:
    """The statuses of all answers. The first ones start together."""
    start = threading.Barrier(AT_ONCE)

    def send(number: int) -> int:
        try:
            if number < AT_ONCE:
                start.wait(timeout=30)
            return post(bodies[number])
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(send, range(len(bodies)), timeout=SECONDS_MAX))


def test_a_flood_of_events_is_one_incident_per_problem(integrate: Make) -> None:
    integrate("pagerduty", title="Everything that pages")
    wanted = Counter({f"disk-{number}": EVENTS // PROBLEMS for number in range(PROBLEMS)})
    order = list(wanted.elements())
    random.Random(3).shuffle(order)  # noqa: S311  an order, no secret
    payload = {"summary": "Disk is full", "source": "db", "severity": "critical"}
    bodies = [
        json.dumps({"routing_key": KEY, "event_action": "trigger", "dedup_key": key, "payload": payload}).encode()
        for key in order
    ]

    def post(body: bytes) -> int:
        return Client().post("/v2/enqueue", body, content_type="application/json").status_code

    assert sent_at_once(bodies, post) == {202: EVENTS}
    assert dict(Alert.objects.values_list("key", "times_seen")) == wanted
    assert Alert.objects.filter(status="firing", resolved_at=None).count() == PROBLEMS
    assert Incident.objects.count() == PROBLEMS
    assert set(Incident.objects.values_list("alerts__key", flat=True)) == set(wanted), "each has its own"


def test_a_flood_of_one_group_is_one_incident_with_every_alert(integrate: Make) -> None:
    integrate("pagerduty", grouping={"by": "labels", "labels": ["source"]})
    bodies = [
        json.dumps(
            {
                "routing_key": KEY,
                "event_action": "trigger",
                "dedup_key": f"check-{number}",
                "payload": {"summary": f"Check {number} fails", "source": "db1", "severity": "error"},
            }
        ).encode()
        for number in range(100)
    ]

    def post(body: bytes) -> int:
        return Client().post("/v2/enqueue", body, content_type="application/json").status_code

    assert sent_at_once(bodies, post) == {202: 100}
    incident = Incident.objects.get()
    assert incident.alerts.count() == 100
