"""OpenSLO documents over the API."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from django.test import Client

from reliability.access.domain.caller import Role
from slo.models import Slo
from tests.cast import Cast

SHOP = (Path(__file__).parent.parent.parent / "protocols" / "openslo" / "shop.yaml").read_bytes()
PATH = "/api/v1/openslo"

pytestmark = pytest.mark.django_db


def send(client: Client, body: bytes, query: str = "", content_type: str = "application/yaml", **headers: str) -> Any:
    return client.post(f"{PATH}{query}", data=body, content_type=content_type, headers=headers)


@pytest.fixture
def editor(as_: Callable[[str], Client]) -> Client:
    return as_("editor")


def test_a_dry_run_tells_and_writes_nothing(editor: Client) -> None:
    answer = send(editor, SHOP, "?dry_run=true").json()
    assert (answer["applied"], answer["created"], answer["changed"]) == (False, 17, 0)
    assert "+ SLO checkout-availability will be created" in answer["text"]
    assert not Slo.objects.exists()


def test_applied_once_applied_twice_exported_and_applied_again(editor: Client) -> None:
    first, second = send(editor, SHOP).json(), send(editor, SHOP).json()
    assert (first["applied"], first["created"]) == (True, 17)
    assert (second["applied"], second["unchanged"]) == (False, 17)
    exported = editor.get(PATH)
    assert exported["Content-Type"].startswith("application/yaml")
    assert send(editor, exported.content).json()["unchanged"] == 17
    as_json = editor.get(f"{PATH}?format=json")
    assert send(editor, as_json.content, content_type="application/json").json()["unchanged"] == 17
    assert as_json.json() == list(yaml.safe_load_all(exported.content))


def test_one_json_document_with_tabs_is_read(editor: Client) -> None:
    document = (
        '{\n\t"apiVersion": "openslo/v1",\n\t"kind":"Service",'
        '\n\t"metadata": {"name":"x", "displayName": "\\u00dc\\ud83d\\ude00"}\n}'
    )
    assert send(editor, document.encode(), content_type="application/json").json()["created"] == 1
    assert "Ü😀" in editor.get(PATH).content.decode()


def test_problems_carry_line_path_and_what_to_change(editor: Client) -> None:
    body = SHOP.replace(b"targetPercent: 99.5", b"targetPercent: 0.995e3")
    response = send(editor, body)
    assert response.status_code == 422
    error = response.json()["error"]
    line = body[: body.index(b"0.995e3")].count(b"\n") + 1
    assert error["reason"] == "documents_refused"
    assert (error["details"][0]["line"], error["details"][0]["path"]) == (line, "spec.objectives[0].targetPercent")
    assert not Slo.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"just text",
        b"a: [",
        b"a: *missing",
        b"\xff\xfe",
        b"[]",
        b"- 1",
        b"a: 1\na: 2",
        b"{}",
        b"null",
        b"<<: {a: 1}",
    ],
)
def test_what_is_no_document_is_422_with_a_reason(editor: Client, body: bytes) -> None:
    response = send(editor, body)
    assert response.status_code == 422
    assert response.json()["error"]["details"]


def test_an_alias_bomb_is_refused_at_once(editor: Client) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    begun = time.process_time()
    response = send(editor, "\n".join(lines).encode())
    assert time.process_time() - begun < 0.1
    assert "alias bomb" in response.json()["error"]["details"][0]["message"]


@pytest.mark.parametrize("body", [b"[" * 100_000, b"- " * 100_000, b'{"a":' * 100_000, b"? " * 100_000])
def test_nesting_is_refused_at_once(editor: Client, body: bytes) -> None:
    begun = time.process_time()
    response = send(editor, body)
    assert time.process_time() - begun < 0.5
    assert response.status_code == 422


def test_large_bodies_are_413(editor: Client) -> None:
    assert send(editor, b"#" * 5_000_000).status_code == 413
    bomb = gzip.compress(b"#" * 50_000_000)
    assert send(editor, bomb, **{"Content-Encoding": "gzip"}).status_code == 413


def test_other_types_are_415(editor: Client) -> None:
    assert send(editor, b"<a/>", content_type="application/xml").status_code == 415


@pytest.mark.parametrize("name", ["viewer", "responder"])
def test_whoever_is_no_editor_gets_403(as_: Callable[[str], Client], name: str) -> None:
    assert send(as_(name), SHOP).status_code == 403


def test_tokens_need_their_scope(cast: Cast, bearer: Callable[..., Client]) -> None:
    reader = bearer(team=cast.payments, role=Role.EDITOR, scopes=["read"])
    assert send(reader, SHOP, "?dry_run=true").status_code == 403
    assert reader.get(PATH).status_code == 200


def test_an_outsider_exports_nothing_of_others(editor: Client, as_: Callable[[str], Client]) -> None:
    send(editor, SHOP)
    assert as_("outsider").get(PATH).content == b""
    assert orjson.loads(as_("outsider").get(f"{PATH}?format=json").content) == []


def test_a_team_that_is_not_there_is_told_at_its_parameter(editor: Client) -> None:
    response = send(editor, SHOP, "?team=nobody")
    assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (422, "team")


@pytest.mark.parametrize("query", ["?team=nobody", "?service=nothing", "?slo=nothing"])
def test_an_export_of_what_is_not_there_is_not_found(editor: Client, query: str) -> None:
    assert editor.get(f"{PATH}{query}").status_code == 404
