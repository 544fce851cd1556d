"""/api/v1/oncall: who is on call."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from incidents.oncall.api import schemas
from incidents.oncall.api.reading import period_asked, users_of
from incidents.oncall.selectors.board import standings
from incidents.oncall.selectors.oncall import shifts
from incidents.oncall.selectors.schedules import schedule as get_schedule
from reliability.access.requests import AccessRequest
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid

router = Router(tags=["On call"])


class OnCallQuery(Schema):
    at: Annotated[Instant | None, Field(description="at this instant; now when nothing is asked")] = None
    from_: Annotated[Instant | None, Field(alias="from", description="shifts from here")] = None
    to: Annotated[Instant | None, Field(description="shifts until here")] = None


@router.get(
    "/{schedule}",
    response=schemas.OnCallOut,
    exclude_unset=True,
    operation_id="whoIsOnCall",
    summary="Who is on call, at an instant or over a period",
)
def who_is_on_call(request: AccessRequest, schedule: str, query: Query[OnCallQuery]) -> Any:
    """`?at=` answers the people on call, `?from=&to=` the final shifts and gaps, cut to the period."""
    found = get_schedule(caller=request.caller, slug=schedule)
    answer: dict[str, Any] = {"schedule": found.slug, "title": found.title}
    if query.from_ is None and query.to is None:
        at = query.at or timezone.now()
        standing = standings(schedules=[found], now=at)[0]
        people = [schemas.person_out(standing.user)] if standing.user else []
        return {**answer, "at": at, "on_call": people, "until": standing.until}
    if query.from_ is None or query.to is None or query.at is not None:
        raise Invalid(details=[{"field": "from", "message": "give from and to together, or at alone"}])
    period = period_asked(start=query.from_, end=query.to)
    own = shifts(schedule_ids=[found.pk], period=period)[found.pk]
    return {**answer, "shifts": schemas.shifts_out(own, users_of(own)), "gaps": schemas.gaps_out(own, period)}
