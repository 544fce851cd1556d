"""Reading of request bodies and parameters from strangers."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from reliability.web.errors import ProblemError


class MalformedBodyError(ProblemError):
    """The body is no JSON. `str()` of it says where."""

    status = 400
    reason = "malformed"


class StrictJsonParser(Parser):
    """orjson refuses NaN, bad UTF-8, lone surrogates and deep nesting without recursing on the C stack."""

    def parse_body(self, request: HttpRequest) -> Any:
        return parse_json(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        for key, values in data.lists():
            if "\x00" in key or any("\x00" in value for value in values if isinstance(value, str)):
                raise MalformedBodyError(f"the parameter {key!r} contains a NUL character: remove it")
        return super().parse_querydict(data, list_fields, request)


def parse_json(body: bytes) -> Any:
    """Parse JSON. Raises MalformedBodyError with line and column for what is none, and for NUL in a text.

    NUL is legal JSON, but no database column of ours can hold it.
    """
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBodyError(f"the body is not valid JSON: {error}") from error
    if b"\\u0000" in body and _holds_nul(parsed):
        raise MalformedBodyError("the body contains a NUL character (\\u0000): remove it")
    return parsed


def _holds_nul(value: Any) -> bool:
    """Whether a text anywhere in *value* holds NUL. orjson bounds the depth, so this loop is bounded, too."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, str):
            if "\x00" in current:
                return True
        elif isinstance(current, dict):
            pending.extend(current.keys())
            pending.extend(current.values())
        elif isinstance(current, list):
            pending.extend(current)
    return False
