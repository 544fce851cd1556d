"""/api/v1/chaos/calendar: experiments, runs, blackouts, game days and shifts of a period."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from chaos.runs.calendar import Kind
from chaos.schedules.api import calendar_schemas as schemas
from chaos.schedules.selectors.calendar import Filters, entries
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.kit.periods import Period
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid

router = Router(tags=["Calendar"])
PERIOD_MAX = timedelta(days=366)


class CalendarQuery(Schema):
    start: Annotated[Instant, Field(alias="from", description="from when")]
    end: Annotated[Instant, Field(alias="to", description="until when; at most 366 days later")]
    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63, description="name")] = ""
    kind: Annotated[list[schemas.CalendarKind] | None, Field(max_length=6, description="none: all")] = None


@router.get("", response=schemas.CalendarOut, operation_id="getChaosCalendar", summary="Read the calendar")
def read(request: AccessRequest, query: Query[CalendarQuery]) -> Any:
    """Every entry with a moment in the period, in order of its start."""
    if query.end <= query.start:
        raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
    if query.end - query.start > PERIOD_MAX:
        raise Invalid(details=[{"field": "to", "message": f"is at most {PERIOD_MAX.days} days after from"}])
    filters = Filters(query.team, query.service, frozenset(Kind(one) for one in query.kind or ()))
    found = entries(caller=request.caller, period=Period(query.start, query.end), filters=filters)
    teams = dict(readable_teams(caller=request.caller).order_by().values_list("pk", "slug"))
    return {
        "entries": [schemas.entry_out(one, teams=teams) for one in found.entries],
        "remarks": list(found.remarks),
    }
