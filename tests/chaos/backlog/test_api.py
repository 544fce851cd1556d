"""Vulnerabilities over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chaos.backlog.models import Vulnerability
from chaos.experiments.models import Experiment
from reliability.catalog.models import Service
from tests.cast import Cast, VulnerabilityFactory

pytestmark = pytest.mark.django_db
Bearer = Callable[..., Client]
BASE = "/api/v1/chaos/vulnerabilities"


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(address, body, content_type="application/json")


@pytest.fixture
def client(bearer: Bearer, cast: Cast) -> Client:
    return bearer(team=cast.payments, role=20)


def test_it_is_recorded_once_for_a_cause_and_read(client: Client, service: Service) -> None:
    body = {"team": "payments", "service": "checkout", "title": "No time-out", "origin_key": "audit-17"}
    first, again = (post(client, BASE, body) for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    read = client.get(f"{BASE}/{first.json()['id']}")
    assert read["ETag"] == '"1"'
    assert (read.json()["state"], read.json()["layer"], read.json()["payback"]) == ("open", "component", 0.75)
    assert any("even" in reason for reason in read.json()["reasons"])


def test_it_is_changed_with_the_revision_that_was_read(client: Client, feared: Vulnerability) -> None:
    address = f"{BASE}/{feared.pk}"
    changed = client.patch(address, {"times_a_year": 12}, content_type="application/json", headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["revision"], changed.json()["service"]) == (200, 2, "checkout")
    stale = client.patch(address, {"times_a_year": 1}, content_type="application/json", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    bare = client.patch(address, {"service": None}, content_type="application/json")
    assert bare.json()["service"] is None
    wrong = client.patch(address, {"hours_to_try": 0}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["error"]["details"][0]["field"]) == (422, "hours_to_try")


def test_states_notes_and_links(client: Client, feared: Vulnerability, experiment: Experiment) -> None:
    address = f"{BASE}/{feared.pk}"
    linked = post(client, f"{address}/link", {"experiment": experiment.slug}).json()
    assert (linked["state"], linked["experiments"]) == ("trying", [experiment.slug])
    assert post(client, f"{address}/unlink", {"experiment": experiment.slug}).json()["experiments"] == []
    assert post(client, f"{address}/notes", {"text": "three retries"}).status_code == 204
    assert post(client, f"{address}/state", {"state": "mended", "reason": ""}).status_code == 422
    mended = post(client, f"{address}/state", {"state": "mended", "reason": "since Monday"}).json()
    assert (mended["state"], mended["payback"]) == ("mended", 0)
    notes = client.get(f"{address}/notes").json()
    assert [one["kind"] for one in notes["items"]] == ["state", "note", "link", "state"]


def test_the_list_is_in_the_order_of_the_page(client: Client, cast: Cast) -> None:
    for title, payback, state in (("b", 1, "open"), ("a", 9, "confirmed"), ("c", 0, "mended")):
        VulnerabilityFactory(team=cast.payments, title=title, payback=payback, state=state)
    VulnerabilityFactory(team=cast.search, title="foreign", payback=99)
    assert [one["title"] for one in client.get(BASE).json()["items"]] == ["a", "b", "c"]
    assert client.get(f"{BASE}?state=mended").json()["total"] == 1
    assert client.get(f"{BASE}?layer=moon").status_code == 422


def test_a_viewer_reads_only(bearer: Bearer, cast: Cast, feared: Vulnerability) -> None:
    viewer = bearer(team=cast.payments, role=10)
    assert viewer.get(f"{BASE}/{feared.pk}").status_code == 200
    assert post(viewer, BASE, {"team": "payments", "title": "x"}).status_code == 403
    assert post(viewer, f"{BASE}/{feared.pk}/notes", {"text": "x"}).status_code == 403
