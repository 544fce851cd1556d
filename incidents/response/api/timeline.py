"""/api/v1/incidents/{number}/timeline: read, written, corrected, and told late."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from incidents.response.domain.entries import Kind
from incidents.response.domain.late import LateError, events_of_rows, events_of_text
from incidents.response.models import TimelineEntry
from incidents.response.selectors import incidents
from incidents.response.selectors import timeline as timelines
from incidents.response.services import timeline as writing
from incidents.response.services.locking import require_responder
from reliability.access.requests import AccessRequest
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid

router = Router(tags=["Timeline"])

EntryText = Annotated[str, Field(min_length=1, max_length=10_000, examples=["Rolled back release 2041."])]


class TimelineRevisionOut(Schema):
    """What an entry said before an edit."""

    at: datetime
    text: str
    edited_at: datetime
    editor: str


class TimelineChartOut(Schema):
    """A chart as it was."""

    id: int
    title: str
    chart: dict[str, Any] = Field(description="figure for Plotly, and the table of its numbers")
    created_at: datetime


class TimelineEntryOut(Schema):
    id: int
    at: datetime = Field(description="when it happened")
    recorded_at: datetime = Field(description="when it was told")
    kind: str = Field(description=f"one of {', '.join(Kind)}", examples=["comment"])
    author: str
    by_human: bool
    text: str
    data: dict[str, Any] = Field(description="what the words say, as values")
    pinned: bool
    edited_at: datetime | None
    removed_at: datetime | None
    revisions: list[TimelineRevisionOut]
    charts: list[TimelineChartOut]


class TimelineQuery(PageQuery):
    written: Annotated[timelines.Written, Field(description="by whom")] = timelines.Written.ALL
    direction: timelines.Direction = timelines.Direction.OLDEST
    pinned: Annotated[bool, Field(description="only pinned ones")] = False


class CommentCreate(Schema):
    model_config = ConfigDict(extra="forbid")

    text: EntryText
    at: Annotated[Instant | None, Field(description="when it happened; now if left out")] = None
    via: str = Field("", max_length=60, description="the tool it came by")


class EntryPatch(Schema):
    model_config = ConfigDict(extra="forbid")

    text: EntryText | None = None
    at: Instant | None = None
    pinned: bool | None = None
    expected_text: Annotated[str | None, Field(max_length=10_000, description="what was read; 409 otherwise")] = None


class LateEventIn(Schema):
    model_config = ConfigDict(extra="forbid")

    at: Instant
    text: EntryText


class TimelineImport(Schema):
    """Either `events`, or `text`: JSON, CSV with the columns at and text, or lines that begin with an instant."""

    model_config = ConfigDict(extra="forbid")

    events: Annotated[list[LateEventIn] | None, Field(max_length=10_000)] = None
    text: Annotated[str | None, Field(max_length=5_000_000, examples=["2026-03-01 12:00 UTC first customer calls"])] = (
        None
    )
    source: str = Field("", max_length=200, description="where they come from", examples=["chat export"])


class TimelineImported(Schema):
    imported: int = Field(description="entries written")
    known: int = Field(description="entries left out, because they stand there already")


@router.get(
    "/{int:number}/timeline",
    response=Page[TimelineEntryOut],
    operation_id="listTimeline",
    summary="Timeline of an incident",
)
def list_timeline(request: AccessRequest, number: int, query: Query[TimelineQuery]) -> Any:
    """People and machines in one sequence, in UTC."""
    incident = incidents.incident(caller=request.caller, number=number)
    found = timelines.entries(
        incident=incident, written=query.written, direction=query.direction, only_pinned=query.pinned
    )
    page = page_of(queryset=found, query=query)
    return {**page, "items": [entry_out(entry) for entry in page["items"]]}


@router.post(
    "/{int:number}/timeline", response={201: TimelineEntryOut}, operation_id="addComment", summary="Write a comment"
)
def add_comment(request: AccessRequest, number: int, body: CommentCreate) -> Any:
    incidents.incident(caller=request.caller, number=number)
    entry = writing.comment(
        caller=request.caller, incident_id=number, text=body.text, at=body.at, via=body.via, now=timezone.now()
    )
    return Status(201, entry_out(entry))


@router.post(
    "/{int:number}/timeline/import",
    response={201: TimelineImported},
    operation_id="importTimeline",
    summary="Tell events late",
)
def import_timeline(request: AccessRequest, number: int, body: TimelineImport) -> Any:
    """All of them or none; they stand at their own instants, marked as imported. Sending them again adds nothing."""
    incident = incidents.incident(caller=request.caller, number=number)
    require_responder(caller=request.caller, incident=incident)
    events = _events(body)
    rows = writing.import_entries(
        caller=request.caller, incident_id=number, events=events, source=body.source, now=timezone.now()
    )
    return Status(201, {"imported": len(rows), "known": len(events) - len(rows)})


@router.patch(
    "/{int:number}/timeline/{int:entry_id}",
    response=TimelineEntryOut,
    operation_id="changeEntry",
    summary="Correct or pin an entry",
)
def change_entry(request: AccessRequest, number: int, entry_id: int, body: EntryPatch) -> Any:
    """Words and instant of what a person wrote; former ones stay in the revisions. Any entry can be pinned.

    All that is asked for happens, or nothing."""
    incident = incidents.incident(caller=request.caller, number=number)
    require_responder(caller=request.caller, incident=incident)
    timelines.entry(caller=request.caller, incident=incident, entry_id=entry_id)
    writing.change(
        caller=request.caller,
        entry_id=entry_id,
        text=body.text,
        at=body.at,
        is_pinned=body.pinned,
        expected_text=body.expected_text,
        now=timezone.now(),
    )
    return entry_out(timelines.entry(caller=request.caller, incident=incident, entry_id=entry_id))


@router.delete(
    "/{int:number}/timeline/{int:entry_id}",
    response=TimelineEntryOut,
    operation_id="removeEntry",
    summary="Take an entry away",
)
def remove_entry(
    request: AccessRequest,
    number: int,
    entry_id: int,
    reason: Annotated[str, Query(max_length=2000, description="why")] = "",
) -> Any:
    """Its words and charts; that there was one stays, and so do the words in the revisions."""
    incident = incidents.incident(caller=request.caller, number=number)
    timelines.entry(caller=request.caller, incident=incident, entry_id=entry_id)
    writing.remove(caller=request.caller, entry_id=entry_id, reason=reason, now=timezone.now())
    return entry_out(timelines.entry(caller=request.caller, incident=incident, entry_id=entry_id))


def entry_out(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": entry.at,
        "recorded_at": entry.recorded_at,
        "kind": entry.kind,
        "author": entry.author_name,
        "by_human": entry.is_human,
        "text": entry.text,
        "data": entry.data,
        "pinned": entry.is_pinned,
        "edited_at": entry.edited_at,
        "removed_at": entry.removed_at,
        "revisions": [
            {"at": one.at, "text": one.text, "edited_at": one.edited_at, "editor": one.editor_name}
            for one in entry.revisions.all()
        ],
        "charts": [
            {"id": one.pk, "title": one.title, "chart": one.chart, "created_at": one.created_at}
            for one in entry.attachments.all()
            if entry.removed_at is None
        ],
    }


def _events(body: TimelineImport) -> Any:
    if (body.events is None) == (body.text is None):
        raise Invalid(details=[{"field": "events", "message": "send either events or text"}])
    most = settings.TIMELINE_IMPORT_MAX
    try:
        if body.text is not None:
            return events_of_text(body.text, events_max=most)
        return events_of_rows([event.model_dump() for event in body.events or ()], events_max=most)
    except LateError as error:
        raise Invalid(details=[{"field": "events", **detail} for detail in error.details]) from error
