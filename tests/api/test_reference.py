"""The pages that explain the API: each operation has one, and the document is sent once to who keeps it."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest
from django.test import Client

from reliability.api import api
from reliability.web.api.operations import answers_of, body_of, curl_of, operations_of, parameters_of
from reliability.web.api.shapes import DEPTH_MAX, ROWS_MAX, FieldRow, Shapes

DOCUMENT: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
SHAPES = Shapes(DOCUMENT)
OPERATIONS = operations_of(DOCUMENT)
TREE = Shapes(
    {
        "components": {
            "schemas": {
                "Node": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string", "maxLength": 9, "description": "of it"},
                        "below": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
                        "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}], "default": None},
                        "mode": {"allOf": [{"enum": ["add", "replace"]}], "default": "add"},
                    },
                }
            }
        }
    }
)
NODE = {"$ref": "#/components/schemas/Node"}


def test_each_operation_of_the_product_is_explained_within_bounds() -> None:
    assert len(OPERATIONS) == sum(len(methods) for methods in DOCUMENT["paths"].values())
    for operation in OPERATIONS.values():
        body = body_of(operation, SHAPES)
        answers = answers_of(operation, DOCUMENT, SHAPES)
        assert {one.name for one in parameters_of(operation, SHAPES) if one.place == "path"} == {
            part[1:-1] for part in operation.path.split("/") if part.startswith("{")
        }
        assert any(not answer.is_error for answer in answers)
        rows = [*(body.rows if body else ()), *(row for answer in answers for row in answer.rows)]
        assert all(row.depth <= DEPTH_MAX for row in rows)
        assert len(rows) < ROWS_MAX
        assert operation.path in curl_of(operation, origin="https://x.example", body=body)


def test_each_operation_has_a_name_of_its_own_that_no_module_made() -> None:
    """Those who make clients of the document, and the addresses of these pages, stand on it."""
    names = [details["operationId"] for methods in DOCUMENT["paths"].values() for details in methods.values()]
    assert [name for name in names if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", name)] == []
    assert len(set(names)) == len(names)


def test_a_shape_is_told_with_what_it_holds_to_and_a_shape_in_itself_ends() -> None:
    assert TREE.rows(NODE) == [
        FieldRow("name", 0, "text", True, "of it", ("at most 9 long",)),
        FieldRow("below", 0, "list of object", False, "", ()),
        FieldRow("at", 0, "instant or null", False, "", ()),
        FieldRow("mode", 0, "one of add, replace", False, "", ("add when left out",)),
    ]
    assert TREE.example(NODE) == {"name": "text"}


def test_an_example_of_a_shape_that_needs_itself_ends() -> None:
    loop = Shapes(
        {"components": {"schemas": {"Loop": {"required": ["in"], "properties": {"in": {"$ref": "#/x/Loop"}}}}}}
    )
    assert json.dumps(loop.example({"$ref": "#/x/Loop"})).count("in") == DEPTH_MAX


@pytest.mark.django_db
def test_the_list_finds_operations_by_all_words(client: Client) -> None:
    found = client.get("/api/docs", {"q": "post SLOS create"}).content.decode()
    assert "Create an SLO" in found
    assert "Status of an SLO" not in found
    nothing = client.get("/api/docs", {"q": "<script>\x00"}).content.decode()
    assert "0 of" in nothing
    assert 'value="&lt;script&gt;"' in nothing


@pytest.mark.django_db
def test_a_page_tells_of_parameters_body_and_answers_and_an_unknown_one_is_not_found(client: Client) -> None:
    page = client.get("/api/docs/pushCounts").content.decode()
    for words in ("Idempotency-Key", "application/x-ndjson", "202 Accepted", "partial", "412"):
        assert words in page
    assert client.get("/api/docs/nothing").status_code == 404


@pytest.mark.django_db
def test_the_document_is_compressed_and_not_sent_again_to_who_has_it(client: Client) -> None:
    plain = client.get("/api/openapi.json")
    packed = client.get("/api/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) * 5 < len(plain.content)
    assert plain["ETag"] != packed["ETag"]
    again = client.get("/api/openapi.json", headers={"If-None-Match": plain["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
