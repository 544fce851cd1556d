"""/api/v1/incidents/figures: how long it takes to notice, to answer and to mend, and what it costs people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from incidents.response.domain.figures import Durations, Figures
from incidents.response.domain.severity import Severity
from incidents.response.selectors import figures as selectors
from incidents.response.selectors.incidents import IncidentFilters
from incidents.response.selectors.pages_per_person import pages_per_person
from reliability.access.requests import AccessRequest
from reliability.catalog.selectors.services import check_names
from reliability.kit.instants import EARLIEST
from reliability.kit.periods import Period
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid

router = Router(tags=["Incidents"])

PERIOD_DEFAULT = timedelta(days=30)
PERIOD_MAX = timedelta(days=3 * 366)
# Every schedule's shifts are computed for the period.
PEOPLE_PERIOD_MAX = timedelta(days=366)


class FiguresQuery(Schema):
    model_config = ConfigDict(populate_by_name=True)

    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    service: Annotated[str, Field(max_length=63, description="an affected one")] = ""
    severity: list[Severity] = Field(default_factory=list, description="any of these, 1 is the worst")
    start: Annotated[Instant | None, Field(alias="from", description="detected at or after; 30 days before `to`")] = (
        None
    )
    end: Annotated[Instant | None, Field(alias="to", description="detected before; now")] = None
    by: Annotated[selectors.GroupBy | None, Field(description="also of each of these")] = None


class PeopleQuery(Schema):
    model_config = ConfigDict(populate_by_name=True)

    team: Annotated[str, Field(max_length=63, description="slug")] = ""
    start: Annotated[Instant | None, Field(alias="from")] = None
    end: Annotated[Instant | None, Field(alias="to")] = None


class DurationsOut(Schema):
    """Seconds; null where n is 0."""

    n: int
    median: float | None
    p90: float | None
    mean: float | None


class IncidentFigures(Schema):
    n: int = Field(description="incidents, duplicates apart")
    mttd: DurationsOut = Field(description="started to detected")
    mtta: DurationsOut = Field(description="detected to the first acknowledgement by a human")
    mttr_from_start: DurationsOut
    mttr_from_detection: DurationsOut
    mtbf: DurationsOut = Field(description="from the start of one incident to the start of the next")
    never_acknowledged: int = Field(description="over, and no human acknowledged: in no mean")
    open: int = Field(description="not resolved yet: not in MTTR")
    open_unacknowledged: int
    false_positives: int = Field(description="count for MTTA only")
    duplicates: int = Field(description="count nowhere")


class IncidentFiguresGroup(Schema):
    name: str = Field(description="slug of the team or service, or number of the severity")
    title: str
    figures: IncidentFigures


class IncidentFiguresOut(Schema):
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    figures: IncidentFigures
    groups: list[IncidentFiguresGroup] = Field(description="the most incidents first; empty without `by`")


class PersonCallsOut(Schema):
    person_id: int
    person: str
    pages: int = Field(description="calls: several messages of one step are one")
    night_pages: int = Field(description="in their quiet hours, or without any between 22 and 8 in their zone")
    on_call_hours: float
    pages_per_on_call_week: float | None


@router.get(
    "/figures",
    response=IncidentFiguresOut,
    by_alias=True,
    operation_id="getIncidentFigures",
    summary="MTTD, MTTA, MTTR and MTBF",
)
def get_figures(request: AccessRequest, query: Query[FiguresQuery]) -> Any:
    """Median, 90th percentile, mean and n, of the incidents detected in the period."""
    period = _period(query.start, query.end, PERIOD_MAX)
    check_names(caller=request.caller, team_slug=query.team, service_name=query.service)
    filters = IncidentFilters(
        team_slug=query.team, service_name=query.service, severities=tuple(query.severity), detected=period
    )
    groups = selectors.grouped(caller=request.caller, filters=filters, by=query.by) if query.by else []
    return {
        "start": period.start,
        "end": period.end,
        "figures": _figures(selectors.figures(caller=request.caller, filters=filters)),
        "groups": [{"name": group.slug, "title": group.title, "figures": _figures(group.figures)} for group in groups],
    }


@router.get(
    "/figures/people", response=list[PersonCallsOut], operation_id="listPagesPerPerson", summary="Pages per person"
)
def list_people(request: AccessRequest, query: Query[PeopleQuery]) -> Any:
    """Whom the teams you may read have called, how often at night, and per week on call. A year at most."""
    period = _period(query.start, query.end, PEOPLE_PERIOD_MAX)
    check_names(caller=request.caller, team_slug=query.team)
    return [
        {
            "person_id": one.person.pk,
            "person": str(one.person),
            "pages": one.calls.pages,
            "night_pages": one.calls.night_pages,
            "on_call_hours": one.calls.on_call / timedelta(hours=1),
            "pages_per_on_call_week": one.calls.per_week,
        }
        for one in pages_per_person(caller=request.caller, period=period, team_slug=query.team)
    ]


def _period(start: datetime | None, end: datetime | None, length_max: timedelta) -> Period:
    last = end or timezone.now()
    first = start or max(last - PERIOD_DEFAULT, EARLIEST)
    if first >= last:
        raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
    if last - first > length_max:
        raise Invalid(details=[{"field": "from", "message": f"must be at most {length_max.days} days before to"}])
    return Period(first, last)


def _figures(figures: Figures) -> dict[str, Any]:
    names = ("mttd", "mtta", "mttr_from_start", "mttr_from_detection", "mtbf")
    counts = ("n", "never_acknowledged", "open", "open_unacknowledged", "false_positives", "duplicates")
    return {
        **{name: getattr(figures, name) for name in counts},
        **{name: _durations(getattr(figures, name)) for name in names},
    }


def _durations(durations: Durations) -> dict[str, Any]:
    values = {name: getattr(durations, name) for name in ("median", "p90", "mean")}
    return {"n": durations.n, **{name: None if v is None else v.total_seconds() for name, v in values.items()}}
