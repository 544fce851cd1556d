"""/api/v1/measures: figures that others know, told and read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import service as get_service
from reliability.kit.instants import EARLIEST
from reliability.kit.periods import Period
from reliability.measures.counts import Scope
from reliability.measures.domain.files import UnreadableBodyError, rows_of_json, rows_of_lines
from reliability.measures.models import MeasuredFigure
from reliability.measures.selectors.figures import list_figures
from reliability.measures.services import telling
from reliability.web.api.bodies import UnsupportedTypeError, body_of, content_type_of
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant
from reliability.web.api.parsing import MalformedBodyError
from reliability.web.errors import Invalid

router = Router(tags=["Measures"])

_LINES = frozenset(("application/x-ndjson", "application/jsonl", "application/x-jsonlines"))
_INSTANT = {"type": "string", "description": "a day (its midnight in UTC), or RFC 3339 with an offset"}
_ROW = {
    "type": "object",
    "required": ["service", "measure", "start", "end", "value"],
    "additionalProperties": False,
    "properties": {
        "service": {"type": "string", "maxLength": 63},
        "measure": {"type": "string", "maxLength": 63, "description": "cost, transactions, or a name of your own"},
        "start": _INSTANT,
        "end": {**_INSTANT, "description": "it does not belong to the period"},
        "value": {
            "anyOf": [{"type": "number", "minimum": 0, "maximum": 1e15}, {"type": "string"}],
            "description": "of the whole period; at most 15 digits, 6 of them decimals, read as decimal",
        },
        "unit": {"type": "string", "maxLength": 20, "description": "of cost a code of ISO 4217; of transactions none"},
    },
    "example": {
        "service": "checkout",
        "measure": "cost",
        "start": "2026-03-01",
        "end": "2026-03-02",
        "value": "182.40",
        "unit": "EUR",
    },
}


class RefusedFigure(Schema):
    index: int = Field(description="row of the body, from 0; empty lines do not count")
    reason: str = Field(examples=["overlap"])
    message: str


class MeasuresAnswer(Schema):
    accepted: int = Field(description="rows stored and committed, those that replaced an earlier one among them")
    rejected: int = Field(description="rows refused; only with partial=true above 0")
    errors: list[RefusedFigure] = Field(description="the first 100 refused rows")


class MeasuredFigureOut(Schema):
    service: str
    team: str
    measure: str
    start: datetime
    end: datetime
    value: str = Field(description="a decimal as text, so that nothing is rounded", examples=["182.4"])
    unit: str
    told_by: str
    received_at: datetime


class MeasuresQuery(PageQuery):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    service: Annotated[str, Field(max_length=63)] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    measure: Annotated[str, Field(max_length=63)] = ""
    start: Annotated[Instant | None, Field(alias="from", description="figures that end later")] = None
    end: Annotated[Instant | None, Field(alias="to", description="figures that start before")] = None


class FiguresToDelete(Schema):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    service: Annotated[str, Field(max_length=63)]
    measure: Annotated[str, Field(max_length=63)]
    start: Annotated[Instant, Field(alias="from")]
    end: Annotated[Instant, Field(alias="to")]


class DeletedFigures(Schema):
    deleted: int


@router.post(
    "",
    response={202: MeasuresAnswer},
    operation_id="tellMeasures",
    summary="Tell figures of measures",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": "array", "items": _ROW, "maxItems": 10_000}},
                "application/x-ndjson": {"schema": {"type": "string", "description": "one such row per line"}},
            },
        }
    },
)
def tell(
    request: AccessRequest,
    response: HttpResponse,
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
    """Cost, transactions and figures of your own. The answer comes after the commit.

    Told again of the same service, measure, start and end, a figure is replaced; periods that overlap otherwise are
    refused. The token needs the scope `intake` and the role editor in the team of each service.
    """
    telling.require_teller(request.caller)
    content_type = content_type_of(request)
    body = body_of(request, bytes_max=settings.BODY_BYTES_MAX)
    answer = telling.tell(
        caller=request.caller,
        request=telling.Request(
            rows=list(_rows(content_type, body)),
            is_partial=partial,
            key=idempotency_key or "",
            fingerprint=telling.fingerprint_of(body, content_type, partial),
        ),
        now=timezone.now(),
    )
    if answer.is_repeat:
        response["Idempotency-Replayed"] = "true"
    return Status(202, answer.as_body())


@router.get("", response=Page[MeasuredFigureOut], operation_id="listMeasures", summary="List figures of measures")
def list_all(request: AccessRequest, query: Query[MeasuresQuery]) -> Any:
    """What was told and you may read, the newest first."""
    found = get_service(caller=request.caller, name=query.service) if query.service else None
    period = None
    if query.start is not None or query.end is not None:
        period = _period(query.start or EARLIEST, query.end or timezone.now())
    figures = list_figures(
        caller=request.caller,
        scope=Scope(service_id=found.pk if found else None, team_slug=query.team),
        period=period,
        measures=[query.measure] if query.measure else (),
    )
    page = page_of(queryset=figures, query=query)
    return {**page, "items": [_out(one) for one in page["items"]]}


@router.delete("", response=DeletedFigures, operation_id="deleteMeasures", summary="Delete figures of a measure")
def delete(request: AccessRequest, query: Query[FiguresToDelete]) -> Any:
    """Those that lie wholly within the period. The token needs what it needs to tell them."""
    count = telling.delete(
        caller=request.caller,
        service=get_service(caller=request.caller, name=query.service),
        measure=query.measure,
        period=_period(query.start, query.end),
        now=timezone.now(),
    )
    return {"deleted": count}


def _rows(content_type: str, body: bytes) -> Iterator[tuple[int, Any]]:
    """Raises MalformedBodyError, UnsupportedTypeError. A line that is no JSON is refused alone."""
    try:
        text = body.decode()
        if content_type in _LINES:
            yield from enumerate(value for _, value in rows_of_lines(text.split("\n")))
        elif content_type in {"", "application/json"}:
            yield from enumerate(rows_of_json(text))
        else:
            words = f"Content-Type {content_type!r} is not read here: send application/json or application/x-ndjson"
            raise UnsupportedTypeError(words)
    except UnicodeDecodeError as error:
        raise MalformedBodyError("the body is not UTF-8") from error
    except UnreadableBodyError as error:
        raise MalformedBodyError(str(error)) from error


def _period(start: datetime, end: datetime) -> Period:
    if start >= end:
        raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
    return Period(start, end)


def _out(one: MeasuredFigure) -> dict[str, Any]:
    return {
        "service": one.service.name,
        "team": one.service.team.slug,
        "measure": one.measure,
        "start": one.start_at,
        "end": one.end_at,
        "value": f"{one.value.normalize():f}",
        "unit": one.unit,
        "told_by": one.told_by_name,
        "received_at": one.received_at,
    }
