"""/api/v1/deployments: what was deployed, told by pipelines and read by programs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.delivery.domain.told import UnreadableError
from reliability.delivery.models import Deployment
from reliability.delivery.selectors import deployments as selectors
from reliability.delivery.selectors.deployments import DeploymentFilters
from reliability.delivery.selectors.dora_rows import broken_by, is_counted
from reliability.delivery.services import row_intake
from reliability.web.api.bodies import UnsupportedTypeError, body_of, content_type_of
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.parsing import MalformedBodyError, parse_json
from reliability.web.errors import Invalid, TooLarge

router = Router(tags=["Deployments"])

_LINES = frozenset(("application/x-ndjson", "application/jsonl", "application/x-jsonlines"))
_INSTANT = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}]}
_COMMIT = {
    "type": "object",
    "required": ["sha", "committed_at"],
    "additionalProperties": False,
    "properties": {
        "sha": {"type": "string", "maxLength": 64},
        "authored_at": _INSTANT,
        "committed_at": _INSTANT,
        "parents": {"type": "array", "items": {"type": "string"}},
        "message": {"type": "string"},
        "author": {"type": "string", "maxLength": 120},
    },
}
_CHANGE = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "maxLength": 120},
        **dict.fromkeys(("first_commit_at", "opened_at", "first_review_at", "approved_at", "merged_at"), _INSTANT),
        "merge_sha": {"type": "string", "maxLength": 64},
        "title": {"type": "string"},
        "url": {"type": "string"},
        "author": {"type": "string"},
    },
}
_ROW = {
    "type": "object",
    "required": ["id", "service", "environment", "outcome", "revision"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "maxLength": 200, "description": "with source: what makes a repeat the same"},
        "source": {"type": "string", "maxLength": 60, "default": "api"},
        "service": {"type": "string", "maxLength": 63, "description": "name of the service"},
        "environment": {"type": "string", "maxLength": 120},
        "started_at": _INSTANT,
        "finished_at": {**_INSTANT, "description": "needed unless it is in progress"},
        "outcome": {"type": "string", "enum": ["succeeded", "failed", "cancelled", "in_progress"]},
        "revision": {"type": "string", "maxLength": 255, "description": "sha or version"},
        "commits": {"type": "array", "items": _COMMIT, "maxItems": 5_000},
        "changes": {"type": "array", "items": _CHANGE, "maxItems": 1_000},
        "repository": {"type": "string", "description": "whose commits these are; services of a monorepo share one"},
        "ref": {"type": "string"},
        "url": {"type": "string"},
        "title": {"type": "string"},
        "author": {"type": "string"},
        "rollback": {"type": "boolean"},
        "unplanned": {"type": "boolean", "description": "made only to mend production"},
    },
    "example": {
        "id": "4711",
        "service": "checkout",
        "environment": "production",
        "started_at": "2026-03-01T11:56:00Z",
        "finished_at": "2026-03-01T12:00:00Z",
        "outcome": "succeeded",
        "revision": "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "commits": [{"sha": "9fceb02d0ae598e95dc970b74767f19372d61af8", "committed_at": "2026-03-01T09:00:00Z"}],
    },
}

OutcomeWord = Literal["in_progress", "succeeded", "failed", "cancelled"]
ContentsWord = Literal["pending", "first", "complete", "partial", "unknown", "none"]


class RefusedDeployment(Schema):
    index: int = Field(description="row of the body, from 0; empty lines do not count")
    reason: str = Field(examples=["unknown_service"])
    message: str


class DeploymentsAnswer(Schema):
    accepted: int = Field(description="rows stored and committed; those that were known already count, too")
    rejected: int
    errors: list[RefusedDeployment] = Field(description="the first 100 refused rows")


class DeploymentOut(Schema):
    id: int
    team: str
    service: str
    environment: str
    is_production: bool
    origin: str
    key: str
    started_at: datetime | None
    finished_at: datetime | None
    outcome: OutcomeWord = Field(description="of bringing it there, whatever came of it")
    broke_production: bool | None = Field(
        description="as the change fail rate counts it; null: in no figure, as it did not succeed or is not production"
    )
    revision: str
    previous_revision: str
    repository: str
    ref: str
    is_rollback: bool
    is_unplanned: bool | None = Field(description="null when nobody said")
    contents: ContentsWord = Field(description="what is known of the commits that it shipped first")
    shipped_commits: int = Field(description="commits that it was the first to ship, without merge commits")
    title: str
    url: str


class DeploymentQuery(PageQuery):
    q: Annotated[str, Field(max_length=200, description="begin of the revision, part of title, author or ref")] = ""
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    environment: Annotated[str, Field(max_length=120)] = ""
    outcome: OutcomeWord | None = None
    contents: ContentsWord | None = None
    rollback: bool | None = None


@router.post(
    "",
    response={202: DeploymentsAnswer},
    operation_id="recordDeployments",
    summary="Record deployments",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"oneOf": [_ROW, {"type": "array", "items": _ROW}]}},
                "application/x-ndjson": {"schema": {"type": "string", "description": "one such row per line"}},
            },
        }
    },
)
def record(request: AccessRequest) -> Any:
    """One deployment, a list, or one per line as `application/x-ndjson`; gzip is read. Answered after the commit.

    Good rows are stored although others are refused; when all are, the answer is 422. The same service, source and id
    again is the same deployment: what is told with the later instant counts. The token needs the scope `intake` and the
    role editor in the team of each service.
    """
    row_intake.require_intake(request.caller)
    body = body_of(request, bytes_max=settings.BODY_BYTES_MAX)
    rows = list(_rows(content_type_of(request), body))
    if len(rows) > settings.DELIVERY_ROWS_MAX:
        raise TooLarge(f"{len(rows):,} deployments in one request: send at most {settings.DELIVERY_ROWS_MAX:,}")
    answer = row_intake.take_rows(caller=request.caller, rows=rows, now=timezone.now())
    if answer.errors and not answer.accepted:
        raise Invalid("no deployment was stored", details=answer.errors)
    return Status(202, {"accepted": answer.accepted, "rejected": answer.rejected, "errors": answer.errors})


@router.get("", response=Page[DeploymentOut], operation_id="listDeployments", summary="List deployments")
def list_all(request: AccessRequest, query: Query[DeploymentQuery]) -> Any:
    """The newest first, those in progress before all."""
    filters = DeploymentFilters(
        text=query.q,
        team_slug=query.team,
        service_name=query.service,
        environment=query.environment,
        outcome=query.outcome or "",
        contents=query.contents or "",
        is_rollback=query.rollback,
    )
    page = page_of(queryset=selectors.list_deployments(caller=request.caller, filters=filters), query=query)
    shown = list(page["items"])
    broken = broken_by(caller=request.caller, deployments=shown)
    return {**page, "items": [_out(one, broken) for one in shown]}


def _rows(content_type: str, body: bytes) -> Iterator[tuple[int, Any]]:
    """Raises MalformedBodyError, UnsupportedTypeError. A line that is no JSON is refused alone."""
    if content_type in ("", "application/json"):
        value = parse_json(body)
        yield from enumerate(value if isinstance(value, list) else [value])
    elif content_type in _LINES:
        for index, line in enumerate(line for line in body.split(b"\n") if line.strip()):
            try:
                yield index, parse_json(line)
            except MalformedBodyError as error:
                yield index, UnreadableError("malformed", error.message)
    else:
        raise UnsupportedTypeError(
            f"Content-Type {content_type!r} is not read here: send application/json or application/x-ndjson"
        )


def _out(one: Deployment, broken: Collection[int]) -> dict[str, Any]:
    return {
        "id": one.pk,
        "team": one.service.team.slug,
        "service": one.service.name,
        "environment": one.environment,
        "is_production": one.is_production,
        "origin": one.origin,
        "key": one.key,
        "started_at": one.started_at,
        "finished_at": one.finished_at,
        "outcome": one.outcome,
        "broke_production": one.pk in broken if is_counted(one) else None,
        "revision": one.revision,
        "previous_revision": one.previous_revision,
        "repository": one.repository,
        "ref": one.ref,
        "is_rollback": one.is_rollback,
        "is_unplanned": one.is_unplanned,
        "contents": one.contents,
        "shipped_commits": getattr(one, "shipped_count", 0),
        "title": one.title,
        "url": one.source_url,
    }
