"""/api/v1/chaos/runs/{number}/…: its log, journal, report, guards, approvals and notices."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from chaos.runs.api.runs import seen
from chaos.runs.api.schemas import (
    ApprovalOut,
    EventOut,
    GuardOut,
    NoticeOut,
    RunDecline,
    RunReason,
    event_out,
    guard_out,
    notice_out,
)
from chaos.runs.models import Approval
from chaos.runs.selectors.events import events_of
from chaos.runs.selectors.guards import latest_decisions
from chaos.runs.selectors.report import report_markdown
from chaos.runs.services import approvals, notices
from reliability.access.requests import AccessRequest
from reliability.web.api.paging import LIMIT_MAX
from reliability.web.errors import NotFound

router = Router(tags=["Chaos runs"])
NOTHING = RunReason()


class EventQuery(Schema):
    after: Annotated[int, Field(ge=0, le=2**31 - 1, description="the last number that was read")] = 0
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 200


class EventsOut(Schema):
    items: list[EventOut]
    last: int = Field(description="go on with ?after= this")


@router.get("/{int:number}/events", response=EventsOut, operation_id="listRunEvents", summary="Read the log of a run")
def list_events(request: AccessRequest, number: int, query: Query[EventQuery]) -> Any:
    """In order; ask again with the last number for what came since."""
    run = seen(request, number)
    found = [event_out(one) for one in events_of(run=run, after=query.after)[: query.limit]]
    return {"items": found, "last": found[-1]["number"] if found else query.after}


@router.get(
    "/{int:number}/journal",
    response=None,
    operation_id="getRunJournal",
    summary="Read the journal of a run, as the Chaos Toolkit writes it",
    openapi_extra={
        "responses": {
            200: {
                "description": "The journal, secrets masked. 404 while the run has none.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        }
    },
)
def get_journal(request: AccessRequest, number: int) -> HttpResponse:
    run = seen(request, number)
    if not run.journal:
        raise NotFound("the run has no journal: it has not ended, or never began", reason="no_journal")
    return HttpResponse(orjson.dumps(run.journal, option=orjson.OPT_INDENT_2), content_type="application/json")


@router.get(
    "/{int:number}/report",
    response=None,
    operation_id="getRunReport",
    summary="Read the report of a run",
    openapi_extra={
        "responses": {
            200: {
                "description": "Markdown; the same run gives the same text.",
                "content": {"text/markdown": {"schema": {"type": "string"}}},
            }
        }
    },
)
def get_report(request: AccessRequest, number: int) -> HttpResponse:
    run = seen(request, number)
    return HttpResponse(report_markdown(caller=request.caller, run=run), content_type="text/markdown; charset=utf-8")


@router.get("/{int:number}/guards", response=list[GuardOut], operation_id="listRunGuards", summary="What guards said")
def list_guards(request: AccessRequest, number: int) -> Any:
    """The newest word of each guard before the start, and of those that stopped the run."""
    return [guard_out(one) for one in latest_decisions(run=seen(request, number))]


@router.post(
    "/{int:number}/approve", response=ApprovalOut, operation_id="approveRun", summary="Approve a run that waits"
)
def approve(request: AccessRequest, number: int, body: RunReason = NOTHING) -> Any:
    """In person, by somebody who neither asked for it nor wrote the experiment."""
    seen(request, number)
    given = approvals.approve(caller=request.caller, run_id=number, reason=body.reason, now=timezone.now())
    return _approval(given)


@router.post(
    "/{int:number}/decline", response=ApprovalOut, operation_id="declineRun", summary="Decline a run that waits"
)
def decline(request: AccessRequest, number: int, body: RunDecline) -> Any:
    """The run ends as aborted, with this reason."""
    seen(request, number)
    given = approvals.decline(caller=request.caller, run_id=number, reason=body.reason, now=timezone.now())
    return _approval(given)


@router.get("/{int:number}/notices", response=list[NoticeOut], operation_id="listRunNotices", summary="Who was told")
def list_notices(request: AccessRequest, number: int) -> Any:
    return [notice_out(one) for one in seen(request, number).notices.order_by("created_at", "pk")]


@router.post(
    "/{int:number}/notices/{int:notice_id}/acknowledge",
    response=NoticeOut,
    operation_id="acknowledgeRunNotice",
    summary="Say that one knows of the run",
)
def acknowledge(request: AccessRequest, number: int, notice_id: int) -> Any:
    """Responders of the team, or the person who was told; twice is once."""
    seen(request, number)
    found = notices.acknowledge(caller=request.caller, run_id=number, notice_id=notice_id, now=timezone.now())
    return notice_out(found)


def _approval(given: Approval) -> dict[str, Any]:
    return {
        "run": given.run_id,
        "person": given.user_name,
        "is_approved": given.is_approved,
        "reason": given.reason,
        "at": given.at,
        "expires_at": given.expires_at,
    }
