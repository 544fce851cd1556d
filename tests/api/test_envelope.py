"""One shape for every error of the API, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.test import Client

from reliability.web.errors import Conflict, Unavailable
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(cast: Cast, as_: Callable[[str], Client]) -> Client:
    client = as_("editor")
    client.raise_request_exception = False
    return client


def error_of(response: Any) -> dict[str, Any]:
    body = response.json()
    assert list(body) == ["error"]
    assert {"reason", "message", "details", "request_id"} == set(body["error"])
    assert body["error"]["request_id"]
    assert response["Content-Type"] == "application/json"
    error: dict[str, Any] = body["error"]
    return error


def post(client: Client, body: bytes, path: str = "/api/v1/slos") -> Any:
    return client.post(path, data=body, content_type="application/json")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "line 1 column"),
        (b'{"name": NaN}', "not valid JSON"),
        (b'{"name": "\xff\xfe"}', "not valid JSON"),
        (b"[" * 100_000, "depth"),
        (b'{"a":' * 100_000, "depth"),
        (b'{"name": "a\\u0000b"}', "NUL"),
        (b'{"name": "\\ud800"}', "not valid JSON"),
    ],
    ids=["cut off", "NaN", "no UTF-8", "lists 100,000 deep", "objects 100,000 deep", "NUL", "lone surrogate"],
)
def test_a_body_that_is_no_json_is_400(editor: Client, body: bytes, said: str) -> None:
    response = post(editor, body)
    assert response.status_code == 400
    error = error_of(response)
    assert error["reason"] == "malformed"
    assert said in error["message"]


def test_each_wrong_field_is_named_with_what_to_change(editor: Client) -> None:
    response = post(editor, b'{"name": "Bad Name", "title": "", "team": 1, "objektive": 0.9, "window": []}')
    assert response.status_code == 422
    details = {detail["field"]: detail["message"] for detail in error_of(response)["details"]}
    assert details == {
        "name": "must be lower-case letters, digits and dashes, and begin and end with a letter or digit",
        "title": "must have at least 1 character",
        "team": "must be text",
        "sli": "is required: add it",
        "objective": "is required: add it",
        "window": "must be an object",
        "objektive": "is not a known field: remove it or check its spelling",
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=many", "limit"),
        ("limit=100000", "limit"),
        ("offset=-1", "offset"),
        ("state=lovely", "state[0]"),
        ("ordering=up", "ordering"),
    ],
)
def test_each_wrong_parameter_is_named(editor: Client, query: str, field: str) -> None:
    response = editor.get(f"/api/v1/slos?{query}")
    assert response.status_code == 422
    assert [detail["field"] for detail in error_of(response)["details"]] == [field]


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/", "/api/v1/slos/", "/api/v1/slos/%00/status", "/api/v2/slos"]
)
def test_an_unknown_address_is_404(editor: Client, path: str) -> None:
    response = editor.get(path)
    assert response.status_code == 404
    assert error_of(response)["reason"] == "not_found"


def test_nul_in_a_parameter_is_400(editor: Client) -> None:
    assert error_of(editor.get("/api/v1/slos?q=a%00b"))["reason"] == "malformed"


def test_a_wrong_method_is_405_and_names_the_right_ones(editor: Client) -> None:
    response = editor.delete("/api/v1/slos")
    assert (response.status_code, response["Allow"]) == (405, "GET, POST")
    assert "use GET, POST" in error_of(response)["message"]


def test_nobody_is_401_and_not_sent_to_a_page(client: Client) -> None:
    response = client.get("/api/v1/slos")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert error_of(response)["reason"] == "unauthenticated"


def test_a_session_without_its_csrf_token_is_403(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")
    response = post(client, b"{}")
    assert (response.status_code, error_of(response)["reason"]) == (403, "csrf")


def test_a_body_above_the_bound_is_413(editor: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = post(editor, b"{" + b" " * 2000 + b"}")
    assert (response.status_code, error_of(response)["reason"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("raised", "status", "reason"),
    [
        (Http404("no such thing"), 404, "not_found"),
        (PermissionDenied("not you"), 403, "forbidden"),
        (Conflict("somebody was faster", reason="changed_meanwhile"), 409, "changed_meanwhile"),
        (Unavailable("later"), 503, "unavailable"),
        (OperationalError("database or disk is full"), 503, "unavailable"),
        (RuntimeError("a bug with a secret: hunter2"), 500, "internal"),
    ],
    ids=["Http404", "PermissionDenied", "Conflict", "Unavailable", "disk full", "a bug"],
)
def test_whatever_an_endpoint_raises(
    editor: Client, monkeypatch: pytest.MonkeyPatch, raised: Exception, status: int, reason: str
) -> None:
    def fail(**_: Any) -> None:
        raise raised

    monkeypatch.setattr("slo.selectors.slos.list_slos", fail)
    response = editor.get("/api/v1/slos")
    assert (response.status_code, error_of(response)["reason"]) == (status, reason)
    assert "hunter2" not in response.content.decode()
    assert response.has_header("Retry-After") == (status == 503)


@pytest.mark.parametrize(
    ("path", "field", "hint"),
    [
        ("/api/v1/slos?stat=met", "stat", "did you mean state?"),
        ("/api/v1/slis?colour=red", "colour", "known are limit, offset, q, service, source, team"),
        ("/api/v1/services?teem=payments", "teem", "did you mean team?"),
        ("/api/v1/windows?pediods=3", "pediods", "did you mean periods?"),
        ("/api/v1/me?verbose=1", "verbose", "known are none"),
        ("/api/v1/openslo?sl=x", "sl", "did you mean slo?"),
    ],
)
def test_a_parameter_nobody_knows_is_refused(editor: Client, path: str, field: str, hint: str) -> None:
    response = editor.get(path)
    assert response.status_code == 422
    (detail,) = error_of(response)["details"]
    assert (detail["field"], detail["in"]) == (field, "query")
    assert hint in detail["message"]


def test_who_is_not_signed_in_learns_no_parameters(client: Client, db: None) -> None:
    assert client.get("/api/v1/slos?stat=met").status_code == 401
