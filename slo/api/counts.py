"""POST /api/v1/counts: good and valid events per minute, pushed by programs."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router, Schema, Status
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.telemetry.domain.pushed import Wire
from reliability.web.api.bodies import UnsupportedTypeError, body_of, content_type_of
from slo.services import intake
from slo.services.series import StoreMode

router = Router(tags=["Counts"])

_WIRES = {
    "": Wire.JSON,
    "application/json": Wire.JSON,
    "application/x-ndjson": Wire.NDJSON,
    "application/jsonl": Wire.NDJSON,
    "application/x-jsonlines": Wire.NDJSON,
}
_ROW = {
    "type": "object",
    "required": ["sli", "start"],
    "additionalProperties": False,
    "properties": {
        "sli": {"type": "string", "maxLength": 63, "description": "name of the SLI"},
        "start": {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}],
            "description": "the minute: RFC 3339 with an offset, or seconds since the epoch",
        },
        "good": {"type": "number", "minimum": 0, "maximum": 1e15},
        "bad": {"type": "number", "minimum": 0, "maximum": 1e15},
        "valid": {"type": "number", "minimum": 0, "maximum": 1e15},
    },
    "description": "Exactly two of good, bad and valid; good and bad never exceed valid.",
    "example": {"sli": "checkout-availability", "start": "2026-03-01T12:00:00Z", "good": 998, "valid": 1000},
}


class RefusedRow(Schema):
    index: int = Field(description="row of the body, from 0; empty lines do not count")
    reason: str = Field(examples=["unknown_sli"])
    message: str


class CountsAnswer(Schema):
    accepted: int = Field(description="rows stored and committed")
    rejected: int = Field(description="rows refused; only with partial=true above 0")
    errors: list[RefusedRow] = Field(description="the first 100 refused rows")


@router.post(
    "",
    response={202: CountsAnswer},
    operation_id="pushCounts",
    summary="Push counts",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": "array", "items": _ROW, "maxItems": 100_000}},
                "application/x-ndjson": {"schema": {"type": "string", "description": "one such row per line"}},
            },
        }
    },
)
def push_counts(
    request: AccessRequest,
    response: HttpResponse,
    mode: Annotated[
        StoreMode, Query(description="add to what is stored for the minute, or replace it; replace needs whole minutes")
    ] = StoreMode.ADD,
    partial: Annotated[
        bool,
        Query(description="store the good rows although others are refused; otherwise one refused row refuses all"),
    ] = False,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description="a request repeated with its key within two days stores nothing twice and gets the same answer",
        ),
    ] = None,
) -> Any:
    """Store good and valid events per minute. The answer comes after the commit.

    Send a JSON list, or one row per line as `application/x-ndjson`; either may be gzipped (`Content-Encoding: gzip`).
    The token needs the scope `intake` and the role editor in the team of each SLI.
    """
    content_type = content_type_of(request)
    if content_type not in _WIRES:
        raise UnsupportedTypeError(
            f"Content-Type {content_type!r} is not read here: send application/json or application/x-ndjson"
        )
    body = body_of(request, bytes_max=settings.BODY_BYTES_MAX)
    answer = intake.take_counts(
        caller=request.caller,
        request=intake.IntakeRequest(
            body=body, wire=_WIRES[content_type], mode=mode, is_partial=partial, key=idempotency_key
        ),
        now=timezone.now(),
    )
    if answer.is_repeat:
        response["Idempotency-Replayed"] = "true"
    return Status(202, answer.as_body())
