"""What the API can be asked, read from its OpenAPI document for the pages that explain it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

from reliability.web.api.shapes import FieldRow, Shapes

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """place: path, query or header."""

    name: str
    place: str
    kind: str
    is_required: bool
    text: str
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """content_type, rows: blank and empty of an answer without a body, and of errors."""

    status: str
    text: str
    content_type: str
    kind: str
    rows: Sequence[FieldRow]
    is_error: bool


@dataclass(frozen=True, slots=True)
class Body:
    """example: text to send, blank when no example can be made of its type."""

    content_types: Sequence[str]
    is_required: bool
    kind: str
    rows: Sequence[FieldRow]
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address. path: with {name} for its arguments. writes: it may change something."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    text: str
    details: Mapping[str, Any]

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def answers_to(self, words: Sequence[str]) -> bool:
        """All *words*, in lower case, stand in its method, address, id, tag or summary."""
        told = f"{self.method} {self.path} {self.id} {self.tag} {self.summary}".lower()
        return all(word in told for word in words)


def operations_of(document: Mapping[str, Any]) -> dict[str, Operation]:
    """All of them by id, in the order of the document."""
    found = [
        Operation(
            id=details["operationId"],
            method=method.upper(),
            path=path,
            tag=details["tags"][0],
            summary=details["summary"],
            text=details.get("description", ""),
            details=details,
        )
        for path, methods in document["paths"].items()
        for method, details in methods.items()
        if method in _METHODS
    ]
    return {one.id: one for one in found}


def parameters_of(operation: Operation, shapes: Shapes) -> list[Parameter]:
    return [
        Parameter(
            name=told["name"],
            place=told["in"],
            kind=shapes.kind(told["schema"]),
            is_required=bool(told.get("required")),
            text=told.get("description", ""),
            limits=shapes.limits(told["schema"]),
        )
        for told in operation.details.get("parameters", ())
    ]


def body_of(operation: Operation, shapes: Shapes) -> Body | None:
    """None: it takes no body."""
    told = operation.details.get("requestBody")
    if not told:
        return None
    content = told["content"]
    first = next(iter(content))
    schema = content[first].get("schema", {})
    example = json.dumps(shapes.example(schema), indent=2, ensure_ascii=False) if first == "application/json" else ""
    return Body(list(content), bool(told.get("required")), shapes.kind(schema), shapes.rows(schema), example)


def answers_of(operation: Operation, document: Mapping[str, Any], shapes: Shapes) -> list[Answer]:
    found = []
    for status, told in operation.details["responses"].items():
        reference = told.get("$ref", "")
        if reference:
            told = document["components"]["responses"][reference.rpartition("/")[2]]
        contents: dict[str, dict[str, Any]] = told.get("content") or {"": {}}
        content_type, content = next(iter(contents.items()))
        is_error = status >= "400"
        schema = {} if is_error else content.get("schema", {})
        kind = shapes.kind(schema) if schema else ""
        found.append(Answer(status, told["description"], content_type, kind, shapes.rows(schema), is_error))
    return found


def curl_of(operation: Operation, *, origin: str, body: Body | None) -> str:
    """The request as a line of a shell. origin: https://reliability.example.org"""
    parts = ["curl"] if operation.method == "GET" else [f"curl -X {operation.method}"]
    parts.append('-H "Authorization: Bearer $TOKEN"')
    if body:
        parts.append(f"-H {quote(f'Content-Type: {body.content_types[0]}')}")
        parts.append(f"-d {quote(body.example)}" if body.example else "--data-binary @file")
    parts.append(quote(origin + operation.path))
    return " \\\n  ".join(parts)
