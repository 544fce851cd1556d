"""GET /api/v1/timeline: what was deployed, changed, broken, burnt, tried and announced."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from reliability.access.requests import AccessRequest
from reliability.kit.instants import EARLIEST
from reliability.kit.periods import Period
from reliability.overlay.sections import Row, rows_of
from reliability.overlay.selectors.scopes import scope_of
from reliability.overlay.tracks import told, tracks
from reliability.web.api.paging import PageQuery
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid

router = Router(tags=["Timeline"])

PERIOD_DEFAULT = timedelta(days=28)
PERIOD_MAX = timedelta(days=366)
ITEMS_MAX = 1_000  # of each kind


class TimelineOfQuery(PageQuery):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    service: Annotated[str, Field(max_length=63)] = ""
    needs: Annotated[bool, Field(description="also of what the service needs, at any depth")] = False
    team: Annotated[str, Field(max_length=63, description="slug of the owner")] = ""
    environment: Annotated[
        str, Field(max_length=120, description="of deployments; default: every one that counts as production")
    ] = ""
    kinds: Annotated[
        str,
        Field(max_length=200, description="with commas between", examples=["deployments,incidents"]),
    ] = ""
    start: Annotated[Instant | None, Field(alias="from", description="28 days before `to`")] = None
    end: Annotated[Instant | None, Field(alias="to", description="default: now")] = None


class TimelineService(Schema):
    name: str
    title: str


class TimelineItem(Schema):
    kind: str = Field(examples=["deployments"])
    key: str = Field(description="unique in its kind", examples=["deployment-5"])
    label: str
    state: str = Field(description="in words", examples=["deployed"])
    start: datetime
    end: datetime | None = Field(description="the same as start of what has no length; null while it goes on")
    services: list[TimelineService]
    strength: float | None = Field(description="of burns: in multiples of what the budget allows")
    detail: str
    path: str = Field(
        description="of the page that tells more, on this server; of a change the address its sender told; may be empty"
    )


class TimelineOut(Schema):
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    items: list[TimelineItem] = Field(description="the newest first")
    total: int = Field(description="items in all pages, of each kind at most the newest 1,000")
    cut: list[str] = Field(description="kinds of which there are more")
    limit: int
    offset: int


@router.get("", response=TimelineOut, by_alias=True, operation_id="getTimeline", summary="What happened, and when")
def get_timeline(request: AccessRequest, query: Query[TimelineOfQuery]) -> Any:
    """Whatever touches the period and you may read."""
    period = _period(query)
    scope = scope_of(
        caller=request.caller,
        period=period,
        service_name=query.service,
        with_needs=query.needs,
        team_slug=query.team,
        environment=query.environment.strip().lower(),
    )
    found = told(caller=request.caller, scope=scope, slugs=_kinds(query.kinds), items_max=ITEMS_MAX)
    rows = rows_of(found)
    return {
        "start": period.start,
        "end": period.end,
        "items": [_out(row) for row in rows[query.offset : query.offset + query.limit]],
        "total": len(rows),
        "cut": [one.track.slug for one in found if one.items.is_cut],
        "limit": query.limit,
        "offset": query.offset,
    }


def _period(query: TimelineOfQuery) -> Period:
    last = query.end or timezone.now()
    first = query.start or max(last - PERIOD_DEFAULT, EARLIEST)
    if first >= last:
        raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
    if last - first > PERIOD_MAX:
        raise Invalid(details=[{"field": "from", "message": f"must be at most {PERIOD_MAX.days} days before to"}])
    return Period(first, last)


def _kinds(text: str) -> set[str] | None:
    wanted = {part.strip() for part in text.split(",")} - {""}
    known = [track.slug for track in tracks()]
    if unknown := sorted(wanted - set(known)):
        message = f"there is no kind {unknown[0]!r}: choose from {', '.join(known)}"
        raise Invalid(details=[{"field": "kinds", "message": message}])
    return wanted or None


def _out(row: Row) -> dict[str, Any]:
    item = row.item
    return {
        "kind": row.track.slug,
        "services": [{"name": one.name, "title": one.title} for one in item.services],
        "path": item.url,
        **{name: getattr(item, name) for name in ("key", "label", "state", "start", "end", "strength", "detail")},
    }
