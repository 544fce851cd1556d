"""The API of sources: CRUD in scope, one error envelope, secrets that never come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reliability.access.domain.caller import Role
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.sources import secrets_of
from tests.cast import Cast, SliFactory, SourceFactory
from tests.servers.misbehaving import Answer, Behaviour, MisbehavingServer, success

Bearer = Callable[..., Client]
Serve = Callable[[Behaviour], MisbehavingServer]
URL = "/api/v1/sources"
BODY = {
    "name": "prod",
    "team": "payments",
    "kind": "prometheus",
    "settings": {"url": "http://prometheus.internal:9090", "auth": "bearer"},
    "secrets": {"token": "t0p"},
}


@pytest.fixture
def editor(cast: Cast, bearer: Bearer) -> Client:
    return bearer(team=cast.payments, role=Role.EDITOR)


@pytest.fixture
def outsider(cast: Cast, bearer: Bearer) -> Client:
    return bearer(team=cast.search, role=Role.EDITOR)


def post(client: Client, url: str, body: dict[str, Any]) -> Any:
    return client.post(url, body, content_type="application/json")


def patch(client: Client, url: str, body: dict[str, Any]) -> Any:
    return client.patch(url, body, content_type="application/json")


def test_a_source_is_made_read_changed_and_deleted(editor: Client) -> None:
    made = post(editor, URL, BODY)
    assert made.status_code == 201, made.content
    assert made.json()["settings"]["gap_seconds"] == 300
    assert made.json()["stored_secrets"] == ["token"]
    assert made.json()["health"]["state"] == "unknown"
    assert "t0p" not in made.content.decode()
    assert editor.get(f"{URL}/prod").json()["name"] == "prod"
    changed = patch(editor, f"{URL}/prod", {"title": "Production", "settings": {"concurrency": 2}})
    assert changed.json()["title"] == "Production"
    assert changed.json()["settings"]["concurrency"] == 2
    assert changed.json()["settings"]["url"] == BODY["settings"]["url"]  # type: ignore[index]  # a literal above
    assert secrets_of(Source.objects.get()) == {"token": "t0p"}
    assert editor.delete(f"{URL}/prod").status_code == 204
    assert editor.get(f"{URL}/prod").status_code == 404


def test_mistakes_come_in_the_envelope_with_their_field(editor: Client) -> None:
    answer = post(editor, URL, BODY | {"settings": {"url": "nonsense"}})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["reason"] == "invalid"
    assert error["details"][0]["field"] == "url"


def test_a_taken_name_is_a_conflict(editor: Client) -> None:
    assert post(editor, URL, BODY).status_code == 201
    assert post(editor, URL, BODY).json()["error"]["reason"] == "exists"


def test_a_source_in_use_is_a_conflict(editor: Client, cast: Cast) -> None:
    SliFactory(source=SourceFactory(team=cast.payments, name="used"), name="checkout")
    answer = editor.delete(f"{URL}/used")
    assert answer.status_code == 409
    assert "SLI checkout" in answer.json()["error"]["message"]


def test_an_outsider_finds_nothing(editor: Client, outsider: Client) -> None:
    post(editor, URL, BODY)
    assert outsider.get(URL).json()["total"] == 0
    assert outsider.get(f"{URL}/prod").status_code == 404
    assert patch(outsider, f"{URL}/prod", {"title": "x"}).status_code == 404
    assert outsider.delete(f"{URL}/prod").status_code == 404
    assert post(outsider, f"{URL}/prod/test", {}).status_code == 404
    assert post(outsider, URL, BODY | {"name": "other"}).status_code == 404


@pytest.mark.parametrize(
    ("role", "scopes"), [(Role.VIEWER, ["read", "write"]), (Role.EDITOR, ["read"])], ids=["viewer", "read-only token"]
)
def test_too_little_may_read_only(cast: Cast, bearer: Bearer, editor: Client, role: Role, scopes: list[str]) -> None:
    post(editor, URL, BODY)
    client = bearer(team=cast.payments, role=role, scopes=scopes)
    assert client.get(f"{URL}/prod").status_code == 200
    assert post(client, URL, BODY | {"name": "b"}).status_code == 403
    assert patch(client, f"{URL}/prod", {"title": "x"}).status_code == 403
    assert post(client, f"{URL}/prod/test", {}).status_code == 403
    assert client.delete(f"{URL}/prod").status_code == 403


def test_nobody_without_a_token(client: Client, db: None) -> None:
    assert client.get(URL).status_code == 401


def test_a_list_has_pages_and_filters(editor: Client, cast: Cast) -> None:
    for number in range(5):
        SourceFactory(team=cast.payments, name=f"jobs-{number}")
    post(editor, URL, BODY)
    page = editor.get(f"{URL}?limit=2&offset=4").json()
    assert (page["total"], [item["name"] for item in page["items"]]) == (6, ["jobs-4", "prod"])
    assert editor.get(f"{URL}?kind=prometheus").json()["total"] == 1
    assert editor.get(f"{URL}?q=JOBS").json()["total"] == 5


def test_a_list_takes_the_same_queries_however_long(editor: Client, cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert editor.get(f"{URL}?limit=100").status_code == 200
        return len(counted)

    SourceFactory(team=cast.payments, secret=None)
    queries()
    few = queries()
    SourceFactory.create_batch(30, team=cast.payments)
    assert queries() == few


def test_a_connection_test_is_an_answer_whatever_it_finds(editor: Client, cast: Cast, serve: Serve) -> None:
    answers = iter([Answer(403)])
    up = success([{"metric": {}, "value": [0, "1"]}], kind="vector")
    server = serve(lambda asked: next(answers, up))
    SourceFactory(team=cast.payments, name="prod", kind="prometheus", settings={"url": server.url})
    failed = post(editor, f"{URL}/prod/test", {}).json()
    assert (failed["is_success"], failed["reason"]) == (False, "unauthorized")
    assert editor.get(f"{URL}/prod").json()["health"]["failures_in_a_row"] == 1
    passed = post(editor, f"{URL}/prod/test", {}).json()
    assert passed["is_success"]
    assert passed["facts"]["Server"].startswith("A Prometheus API")
    assert editor.get(f"{URL}/prod").json()["health"]["failures_in_a_row"] == 0
