"""/api/v1/ratios: ratios over time; /api/v1/ratio-definitions: those that teams defined."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as get_team
from reliability.access.services.authorize import require
from reliability.catalog.selectors.services import check_names
from reliability.catalog.selectors.services import service as get_service
from reliability.kit.instants import EARLIEST
from reliability.kit.periods import Period
from reliability.measures.charts.ratios import plain
from reliability.measures.counts import Scope
from reliability.measures.domain.amounts import Amount
from reliability.measures.domain.buckets import BUCKETS_MAX, Step, buckets_of, cut_of
from reliability.measures.domain.ratios import Measured, Ratio, RatioState
from reliability.measures.models import OwnRatio
from reliability.measures.selectors.ratios import kinds_of, measured, own_ratio, own_ratios
from reliability.measures.services import ratios
from reliability.web.api.paging import Page, PageQuery, page_of
from reliability.web.api.params import Instant, Name
from reliability.web.errors import Invalid
from reliability.web.zones import zone_named

router = Router(tags=["Ratios"])
definitions_router = Router(tags=["Ratios"])

PERIOD_DEFAULT = timedelta(days=90)
PERIOD_MAX = timedelta(days=3 * 366)


class RatiosQuery(Schema):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    service: Annotated[str, Field(max_length=63)] = ""
    team: Annotated[str, Field(max_length=63, description="slug; its own ratios are answered, too")] = ""
    start: Annotated[Instant | None, Field(alias="from", description="90 days before `to`")] = None
    end: Annotated[Instant | None, Field(alias="to", description="default: now")] = None
    step: Step = Step.WEEK
    tz: Annotated[str, Field(max_length=64, description="zone whose days, weeks and months are meant")] = "UTC"


class RatioSide(Schema):
    value: float | None = Field(description="null: not known, or of several units; what is counted is 0 when none was")
    n: int = Field(description="figures or events in it")
    units: list[str] = Field(description="of what was told; more than one cannot be added up")


class RatioValue(Schema):
    value: float | None = Field(description="null where it is undefined, see why")
    unit: str
    why: RatioState
    numerator: RatioSide
    denominator: RatioSide


class RatioBucket(RatioValue):
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    is_cut: bool = Field(description="to the period: a part of its day, week or month, not to be compared")


class RatioOut(Schema):
    name: str = Field(examples=["cost-per-transaction"])
    title: str
    numerator: str
    denominator: str
    unit: str
    whole: RatioValue = Field(description="sum over sum of the whole period, never the mean of the buckets")
    buckets: list[RatioBucket]


class RatiosOut(Schema):
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    ratios: list[RatioOut] = Field(description="of a single service without those that only teams have")


class RatioDefinitionIn(Schema):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=120)]
    numerator: Annotated[str, Field(max_length=63, description="a measure that is told or counted", examples=["cost"])]
    denominator: Annotated[str, Field(max_length=63, examples=["page_views"])]
    unit: Annotated[str, Field(max_length=40, description="in words", examples=["per page view"])] = ""


class NewRatioDefinition(RatioDefinitionIn):
    team: Annotated[str, Field(max_length=63, description="slug")]
    name: Name


class RatioDefinition(Schema):
    id: int
    team: str
    name: str
    title: str
    numerator: str
    denominator: str
    unit: str
    revision: int


class RatioDefinitionsQuery(PageQuery):
    team: Annotated[str, Field(max_length=63, description="slug")] = ""


@router.get("", response=RatiosOut, by_alias=True, operation_id="getRatios", summary="Ratios over time")
def get_ratios(request: AccessRequest, query: Query[RatiosQuery]) -> Any:
    """Of what you may read: built-in ones, and those of the team, or of the team of the service."""
    period = _period(query)
    buckets = buckets_of(period=period, step=query.step, zone=_zone(query.tz))
    if len(buckets) > BUCKETS_MAX:
        message = f"makes {len(buckets)} buckets: choose a longer step, or a shorter period"
        raise Invalid(details=[{"field": "step", "message": message}])
    check_names(caller=request.caller, team_slug=query.team)
    found = get_service(caller=request.caller, name=query.service) if query.service else None
    team_slug = query.team or (found.team.slug if found else "")
    rows = measured(
        caller=request.caller,
        scope=Scope(service_id=found.pk if found else None, team_slug=query.team),
        period=period,
        buckets=buckets,
        kinds=kinds_of(caller=request.caller, team_slug=team_slug),
    )
    cut = cut_of(buckets=buckets, step=query.step, zone=_zone(query.tz))
    return {"start": period.start, "end": period.end, "ratios": [_out(one, cut) for one in rows]}


@definitions_router.get(
    "", response=Page[RatioDefinition], operation_id="listRatioDefinitions", summary="List ratios that teams defined"
)
def list_definitions(request: AccessRequest, query: Query[RatioDefinitionsQuery]) -> Any:
    page = page_of(queryset=own_ratios(caller=request.caller, team_slug=query.team), query=query)
    return {**page, "items": [_definition(one) for one in page["items"]]}


@definitions_router.post(
    "", response={201: RatioDefinition}, operation_id="createRatioDefinition", summary="Define a ratio"
)
def create_definition(request: AccessRequest, body: NewRatioDefinition) -> Any:
    """By editors of the team."""
    team = get_team(caller=request.caller, slug=body.team)
    made = ratios.create(caller=request.caller, team=team, name=body.name, draft=_draft(body), now=timezone.now())
    return Status(201, _definition(made))


@definitions_router.get(
    "/{int:ratio_id}", response=RatioDefinition, operation_id="getRatioDefinition", summary="Read a ratio's definition"
)
def get_definition(request: AccessRequest, ratio_id: int) -> Any:
    return _definition(own_ratio(caller=request.caller, ratio_id=ratio_id))


@definitions_router.put(
    "/{int:ratio_id}",
    response=RatioDefinition,
    operation_id="replaceRatioDefinition",
    summary="Replace a ratio's definition",
)
def replace_definition(request: AccessRequest, ratio_id: int, body: RatioDefinitionIn) -> Any:
    """By editors of the team; its name stays."""
    found = own_ratio(caller=request.caller, ratio_id=ratio_id)
    return _definition(ratios.change(caller=request.caller, ratio=found, draft=_draft(body), now=timezone.now()))


@definitions_router.delete(
    "/{int:ratio_id}", response={204: None}, operation_id="deleteRatioDefinition", summary="Delete a ratio's definition"
)
def delete_definition(request: AccessRequest, ratio_id: int) -> Any:
    """By editors of the team; what was told of its measures stays."""
    found = own_ratio(caller=request.caller, ratio_id=ratio_id)
    require(caller=request.caller, team_id=found.team_id, role=Role.EDITOR)
    ratios.delete(caller=request.caller, ratio=found, now=timezone.now())
    return Status(204, None)


def _period(query: RatiosQuery) -> Period:
    last = query.end or timezone.now()
    first = query.start or max(last - PERIOD_DEFAULT, EARLIEST)
    if first >= last:
        raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
    if last - first > PERIOD_MAX:
        raise Invalid(details=[{"field": "from", "message": f"must be at most {PERIOD_MAX.days} days before to"}])
    return Period(first, last)


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except Invalid as error:
        raise Invalid(details=[{"field": "tz", "message": error.message}]) from error


def _draft(body: RatioDefinitionIn) -> ratios.Draft:
    return ratios.Draft(body.title, body.numerator, body.denominator, body.unit)


def _definition(one: OwnRatio) -> dict[str, Any]:
    names = ("name", "title", "numerator", "denominator", "unit", "revision")
    return {"id": one.pk, "team": one.team.slug, **{name: getattr(one, name) for name in names}}


def _out(one: Measured, cut: frozenset[Period]) -> dict[str, Any]:
    return {
        "name": one.kind.slug,
        **{name: getattr(one.kind, name) for name in ("title", "numerator", "denominator", "unit")},
        "whole": _value(one.whole),
        "buckets": [
            {"start": part.start, "end": part.end, "is_cut": part in cut, **_value(ratio)}
            for part, ratio in one.buckets
        ],
    }


def _value(ratio: Ratio) -> dict[str, Any]:
    return {
        "value": plain(ratio.value),
        "unit": ratio.unit,
        "why": ratio.why,
        "numerator": _side(ratio.above),
        "denominator": _side(ratio.below),
    }


def _side(amount: Amount) -> dict[str, Any]:
    return {"value": plain(amount.value), "n": amount.n, "units": sorted(unit for unit in amount.units if unit)}
