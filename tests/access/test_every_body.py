"""Every writing operation of the API with a body it can read: another team's object stays not found, whatever is sent.

`test_every_url.py` asks without a body, which the API refuses before it looks anything up. Here the bodies are made
from the API's own description, so that an operation is tested the moment it exists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from django.test import Client

from reliability.access.models import AuditEntry
from reliability.api import api
from tests.access.addresses import MARK, PUBLIC, SAID_BY_READERS, path_of, routes
from tests.access.conftest import World
from tests.cast import Cast

As = Callable[[str], Client]
Area = Sequence[tuple[str, str, Mapping[str, Any]]]
WRITING = ("post", "put", "patch", "delete")
# What a schema alone does not say: whose it is, that a period ends after it starts, that nothing is merged into itself.
_NAMED = {
    "team": "payments",
    "source": f"{MARK}-source",
    "sli": f"{MARK}-sli",
    "end": "2026-03-02T12:00:00Z",
    "into": 1_000_000_000,
}
# Names are global (decision 10): whoever makes something with a name in use is told so, and nothing else.
MADE_BY_NAME = {"api/v1/schedules/<slug>", "api/v1/escalation-policies/<slug>"}
# Of two incidents the other is looked for first, and not found.
MERGE = "api/v1/incidents/<int:number>/merge"
# Answered before Django looks at addresses.
PROBES = {"healthz", "readyz", "metrics"}
_TEXTS = {"date-time": "2026-03-01T12:00:00Z", "email": "somebody@example.org", "uri": "https://example.org/"}


@cache
def description() -> Mapping[str, Any]:
    return api.get_openapi_schema()


def operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(method, route as Django writes it, what the API says of it) of each that writes below an object."""
    by_shape = {_shape(route): route for route in routes() if route.startswith("api/v1/") and route not in PUBLIC}
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            if method in WRITING and "{" in path:
                yield method, by_shape[_shape(path.lstrip("/"))], operation


def _shape(address: str) -> str:
    return "/".join("*" if part[:1] in "<{" else part for part in address.split("/"))


def body_of(operation: Mapping[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return value_of(content["schema"]) if content else {}


def value_of(schema: Mapping[str, Any]) -> Any:
    """The smallest value that the schema allows."""
    if "$ref" in schema:
        return value_of(description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return value_of(schema[several][0])
    named = [schema.get("const"), *schema.get("enum", ()), *schema.get("examples", ())]
    return next((value for value in named if value is not None), None) or _plain(schema)


def _plain(schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type", "object")
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: _NAMED.get(name) or value_of(properties[name]) for name in schema.get("required", ())}
    if kind == "array":
        return [value_of(schema["items"]) for _ in range(schema.get("minItems", 0))]
    if kind in ("integer", "number"):
        return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    if kind == "string":
        return _TEXTS.get(schema.get("format", ""), "x" * max(schema.get("minLength", 1), 1))
    return {"boolean": True, "null": None}[kind]


@pytest.fixture
def cast(world: World, db: None) -> Cast:
    return world.cast


ASKED = list(operations())


def in_areas() -> pytest.MarkDecorator:
    """Those of an area are asked in one test, which names each that answered otherwise."""
    found = defaultdict(list)
    for method, route, operation in ASKED:
        found[route.split("/")[2]].append((method, route, operation))
    return pytest.mark.parametrize("area", list(found.values()), ids=list(found))


@pytest.mark.same_everywhere
@in_areas()
def test_a_readable_body_does_not_open_another_teams_object(world: World, as_: As, area: Area) -> None:
    outsider = as_("outsider")

    def opened() -> Iterator[object]:
        for method, route, operation in area:
            answer = _ask(outsider, method, path_of(route, world.below), operation)
            if answer.status_code not in ({403, 404, 409, 422} if route in MADE_BY_NAME else {403, 404}):
                yield method, route, answer.status_code, answer.content.decode()

    assert not list(opened())
    assert not AuditEntry.objects.exists()


@pytest.mark.same_everywhere
@in_areas()
def test_a_viewer_may_not_write_with_a_readable_body_either(world: World, as_: As, area: Area) -> None:
    viewer = as_("viewer")

    def written() -> Iterator[object]:
        for method, route, operation in area:
            answer = _ask(viewer, method, path_of(route, world.below), operation)
            refusals = (
                {403, 404, 422} if route == MERGE else {403, 404} | ({409} if route in SAID_BY_READERS else set())
            )
            if answer.status_code not in refusals:
                yield method, route, answer.status_code, answer.content.decode()

    assert not list(written())
    assert not AuditEntry.objects.exists()


def _ask(client: Client, method: str, path: str, operation: Mapping[str, Any]) -> Any:
    return getattr(client, method)(path, body_of(operation), content_type="application/json")


def test_nothing_is_open_that_is_gone() -> None:
    """A route left in PUBLIC after its end would open the next one of that name unseen."""
    assert set(routes()) | PROBES >= PUBLIC


def test_every_writing_operation_below_an_object_is_asked() -> None:
    assert len(ASKED) > 60
    assert {route.split("/")[2] for _, route, _ in ASKED} >= {"incidents", "schedules", "channels", "integrations"}
