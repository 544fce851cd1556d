"""/api/v1/slis/{name}/backfills: reading an SLI's past."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from reliability.access.requests import AccessRequest
from reliability.kit.periods import Period
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid, NotFound
from slo.models import Backfill, Sli
from slo.selectors import backfills, slis
from slo.selectors.errors import error_words
from slo.services import backfills as backfill_services

router = Router(tags=["Backfills"])


class BackfillCreate(Schema):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: Annotated[Instant, Field(description="oldest minute to read")]
    end: Annotated[Instant | None, Field(description="read up to here; now when left out")] = None
    restate: Annotated[
        bool,
        Field(description="measure all of it by the present definition, not by the one of its time; give a reason"),
    ] = False
    reason: Annotated[str, Field(max_length=2000)] = ""


class Unread(Schema):
    start: datetime
    end: datetime


class BackfillOut(Schema):
    """Newest minutes first: everything in [cursor_at, end_at) is read."""

    id: int
    sli: str
    state: Literal["running", "paused", "done", "failed", "cancelled"]
    percent: float
    minutes_done: int
    minutes_total: int
    minutes_stored: int = Field(description="measured minutes among those done")
    rate: float | None = Field(description="minutes of series per second of work; null before the first piece")
    remaining_seconds: float | None = Field(description="expected working time to the end; null when unknown")
    start_at: datetime
    end_at: datetime
    cursor_at: datetime
    restated_as: datetime | None = Field(
        description="since when the definition holds that measures all of it; null: each minute has that of its time"
    )
    unread: list[Unread] = Field(description="stretches that could not be read and were passed over, newest first")
    attempts: int
    last_error: str
    author: str


@router.get(
    "/{name}/backfills", response=list[BackfillOut], operation_id="listBackfills", summary="Backfills of an SLI"
)
def list_backfills(request: AccessRequest, name: str) -> Any:
    """The newest twenty, newest first."""
    sli = slis.get_sli(caller=request.caller, name=name)
    return [_backfill_out(request, sli, backfill) for backfill in backfills.list_of(sli=sli)]


@router.post(
    "/{name}/backfills", response={201: BackfillOut}, operation_id="startBackfill", summary="Read an SLI's past"
)
def start_backfill(request: AccessRequest, name: str, body: BackfillCreate) -> Any:
    """Starts at once; ask for it again to see how far it got. One at a time per SLI."""
    now = timezone.now()
    end = body.end or now
    if body.start >= end:
        raise Invalid(details=[{"field": "start", "message": "must be earlier than end"}])
    sli = slis.get_sli(caller=request.caller, name=name)
    backfill = backfill_services.start(
        caller=request.caller,
        sli=sli,
        period=Period(body.start, end),
        now=now,
        reason=body.reason,
        restate=body.restate,
    )
    return Status(201, _backfill_out(request, sli, backfill))


@router.get(
    "/{name}/backfills/{int:backfill_id}", response=BackfillOut, operation_id="getBackfill", summary="How far it got"
)
def get_backfill(request: AccessRequest, name: str, backfill_id: int) -> Any:
    sli, backfill = _find(request, name, backfill_id)
    return _backfill_out(request, sli, backfill)


@router.post(
    "/{name}/backfills/{int:backfill_id}/pause", response=BackfillOut, operation_id="pauseBackfill", summary="Pause it"
)
def pause_backfill(request: AccessRequest, name: str, backfill_id: int) -> Any:
    sli, backfill = _find(request, name, backfill_id)
    done = backfill_services.pause(caller=request.caller, backfill=backfill, now=timezone.now())
    return _backfill_out(request, sli, done)


@router.post(
    "/{name}/backfills/{int:backfill_id}/resume", response=BackfillOut, operation_id="resumeBackfill", summary="Go on"
)
def resume_backfill(request: AccessRequest, name: str, backfill_id: int) -> Any:
    sli, backfill = _find(request, name, backfill_id)
    done = backfill_services.resume(caller=request.caller, backfill=backfill, now=timezone.now())
    return _backfill_out(request, sli, done)


@router.post(
    "/{name}/backfills/{int:backfill_id}/cancel", response=BackfillOut, operation_id="cancelBackfill", summary="End it"
)
def cancel_backfill(request: AccessRequest, name: str, backfill_id: int) -> Any:
    """What was stored stays."""
    sli, backfill = _find(request, name, backfill_id)
    done = backfill_services.cancel(caller=request.caller, backfill=backfill, now=timezone.now())
    return _backfill_out(request, sli, done)


def _find(request: AccessRequest, name: str, backfill_id: int) -> tuple[Sli, Backfill]:
    sli = slis.get_sli(caller=request.caller, name=name)
    found = backfills.find(sli=sli, backfill_id=backfill_id)
    if found is None:
        raise NotFound(f"the SLI {name} has no backfill {backfill_id}")
    return sli, found


def _backfill_out(request: AccessRequest, sli: Sli, backfill: Backfill) -> dict[str, Any]:
    progress = asdict(backfills.progress_of(backfill=backfill))
    remaining = progress.pop("remaining")
    author = progress.pop("author_name")
    progress["last_error"] = error_words(caller=request.caller, source=sli.source, error=backfill.last_error)
    return {**progress, "remaining_seconds": remaining.total_seconds() if remaining else None, "author": author}
