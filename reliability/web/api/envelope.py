"""The one shape of an error: {"error": {"reason", "message", "details", "request_id"}}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import structlog
from django.http import HttpResponse
from ninja import Schema
from pydantic import ConfigDict, Field


class ErrorDetail(Schema):
    """One thing to change. Which of the places is set depends on the request: a field, a row, a file and line."""

    model_config = ConfigDict(extra="allow")

    message: str = Field(examples=["objective must be between 0 and 1, got 99.9: did you mean 0.999?"])
    field: str | None = Field(None, description="field of the body or name of the parameter", examples=["objective"])
    index: int | None = Field(None, description="row of the body, from 0")
    path: str | None = Field(None, description="path inside a document, such as spec.objectives[0].target")
    file: str | None = None
    line: int | None = None


class ErrorBody(Schema):
    reason: str = Field(description="a stable word for programs", examples=["invalid"])
    message: str = Field(description="what is wrong and what to change", examples=["the request is not valid"])
    details: list[ErrorDetail]
    request_id: str | None = Field(None, description="name this when you ask for help; it is in the log")


class ErrorEnvelope(Schema):
    error: ErrorBody


def current_request_id() -> str | None:
    """The id that the log lines of this request carry."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return str(request_id) if request_id else None


def error_response(
    *,
    status: int,
    reason: str,
    message: str,
    details: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    body = {
        "error": {
            "reason": reason,
            "message": message,
            "details": [dict(detail) for detail in details],
            "request_id": current_request_id(),
        }
    }
    return HttpResponse(
        orjson.dumps(body, option=orjson.OPT_UTC_Z, default=str),
        status=status,
        content_type="application/json",
        headers=dict(headers or {}),
    )
