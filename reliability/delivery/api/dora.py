"""/api/v1/dora: the five metrics of DORA, how they move, and the rows they count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from ninja import Query, Router

from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import check_names
from reliability.delivery.api.dora_schemas import (
    DoraDeployment,
    DoraDeploymentsQuery,
    DoraFiguresQuery,
    DoraGroupBy,
    DoraLead,
    DoraOut,
    DoraQuery,
    DoraSlice,
    DoraTrendQuery,
)
from reliability.delivery.domain.dora import Dora, Spread, over_time
from reliability.delivery.domain.dora_spread import distribution, stage_spreads
from reliability.delivery.selectors import dora as selectors
from reliability.delivery.selectors.dora import Delivered, DoraFilters, delivered, delivered_changes
from reliability.delivery.selectors.dora_quality import quality
from reliability.delivery.selectors.dora_rows import (
    DeploymentRow,
    LeadRow,
    deployment_rows,
    lead_places_of,
    lead_rows,
    places_of,
)
from reliability.kit.instants import EARLIEST
from reliability.kit.periods import Period
from reliability.web.api.paging import Page
from reliability.web.errors import Invalid

router = Router(tags=["Delivery metrics"])

PERIOD_DEFAULT = timedelta(days=90)
PERIOD_MAX = timedelta(days=3 * 366)
STEP_MIN = timedelta(hours=1)
SLICES_MAX = 400


@router.get("", response=DoraOut, by_alias=True, operation_id="getDora", summary="The five metrics of DORA")
def get_figures(request: AccessRequest, query: Query[DoraFiguresQuery]) -> Any:
    """Of the deployments you may read, with stages and distribution of lead time, and what the data leaves unsaid."""
    filters = _filters(request, query)
    found = delivered(caller=request.caller, filters=filters)
    groups, total = _groups(found, query)
    return {
        "start": filters.period.start,
        "end": filters.period.end,
        "figures": _figures(found.figures),
        "stages": [
            {"name": one.name, "change_requests": one.requests, "time": _spread(one.spread)}
            for one in stage_spreads(judged=found.judged, period=filters.period)
        ],
        "distribution": [
            {"title": one.title, "commits": one.changes}
            for one in distribution(judged=found.judged, period=filters.period)
        ],
        "quality": [
            {"name": one.slug, "title": one.title, "count": one.count, "share": one.share}
            for one in quality(caller=request.caller, found=found, filters=filters)
        ],
        "groups": groups,
        "groups_total": total,
    }


@router.get(
    "/trend", response=list[DoraSlice], by_alias=True, operation_id="getDoraTrend", summary="The metrics over time"
)
def get_trend(request: AccessRequest, query: Query[DoraTrendQuery]) -> Any:
    """Consecutive slices from the start of the period, at most 400; the last may be shorter."""
    filters = _filters(request, query)
    if query.step < STEP_MIN or filters.period.length / query.step > SLICES_MAX:
        message = f"must be an hour or more, and make at most {SLICES_MAX} slices: choose a longer step"
        raise Invalid(details=[{"field": "step", "message": message}])
    found = delivered(caller=request.caller, filters=filters)
    trend = over_time(judged=found.judged, period=filters.period, step=query.step)
    return [{"start": part.start, "end": part.end, "figures": _figures(one)} for part, one in trend]


@router.get(
    "/commits",
    response=Page[DoraLead],
    operation_id="listDoraLeadTimes",
    summary="The commits that lead time counts",
)
def list_leads(request: AccessRequest, query: Query[DoraQuery]) -> Any:
    """The longest lead time first."""
    found = delivered_changes(caller=request.caller, filters=_filters(request, query))
    places = lead_places_of(found=found)
    rows = lead_rows(found=found, places=places[query.offset : query.offset + query.limit])
    return _page([_lead(row) for row in rows], len(places), query)


@router.get(
    "/deployments",
    response=Page[DoraDeployment],
    operation_id="listDoraDeployments",
    summary="The deployments that a metric counts",
)
def list_deployments(request: AccessRequest, query: Query[DoraDeploymentsQuery]) -> Any:
    """The newest first: all successful ones, those that failed, or those that are rework."""
    found = delivered(caller=request.caller, filters=_filters(request, query))
    places = places_of(found=found, metric=query.metric)
    rows = deployment_rows(caller=request.caller, found=found, places=places[query.offset : query.offset + query.limit])
    return _page([_deployment(row) for row in rows], len(places), query)


def _filters(request: AccessRequest, query: DoraQuery) -> DoraFilters:
    last = query.end or timezone.now()
    first = query.start or max(last - PERIOD_DEFAULT, EARLIEST)
    if first >= last:
        raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
    if last - first > PERIOD_MAX:
        raise Invalid(details=[{"field": "from", "message": f"must be at most {PERIOD_MAX.days} days before to"}])
    check_names(caller=request.caller, team_slug=query.team, service_name=query.service)
    return DoraFilters(Period(first, last), query.team, query.service, query.environment)


def _groups(found: Delivered, query: DoraFiguresQuery) -> tuple[list[dict[str, Any]], int]:
    if query.by is None:
        return [], 0
    shown = slice(query.offset, query.offset + query.limit)
    if query.by is DoraGroupBy.SERVICE:
        ids = [pk for pk, _ in selectors.deployments_by_service(found=found)]
        figures = selectors.figures_of_services(found=found, service_ids=ids[shown])
        names = dict(Service.objects.filter(pk__in=ids[shown]).values_list("pk", "name"))
        pairs = [(names.get(pk, ""), one) for pk, one in zip(ids[shown], figures, strict=True)]
        return [{"name": name, "figures": _figures(one)} for name, one in pairs], len(ids)
    if query.by is DoraGroupBy.TEAM:
        rows = selectors.figures_of_teams(found=found)
        slugs = dict(Team.objects.filter(pk__in=[pk for pk, _ in rows]).values_list("pk", "slug"))
        named = [(slugs.get(pk, ""), one) for pk, one in rows]
    else:
        named = selectors.figures_of_environments(found=found)
    return [{"name": name, "figures": _figures(one)} for name, one in named[shown]], len(named)


def _figures(one: Dora) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("deployments", "days", "failed", "unrecovered", "rework")},
        "deployments_per_day": one.per_day,
        "lead_time": _spread(one.lead),
        "change_fail_rate": one.fail_rate,
        "recovery_time": _spread(one.recovery),
        "rework_rate": one.rework_rate,
    }


def _spread(one: Spread) -> dict[str, Any]:
    return {"n": one.n, "median": one.median, "p90": one.p90}


def _deployment(row: DeploymentRow) -> dict[str, Any]:
    one = row.deployment
    return {
        "id": one.pk,
        "team": one.service.team.slug,
        "service": one.service.name,
        "environment": one.environment,
        "revision": one.revision,
        "finished_at": one.finished_at,
        "commits": row.changes,
        "is_failed": row.is_failed,
        "is_rework": row.is_rework,
        "restored_at": row.restored_at,
        "recovery_seconds": None if row.recovery is None else row.recovery.total_seconds(),
        "url": one.source_url,
    }


def _lead(row: LeadRow) -> dict[str, Any]:
    commit, deployment = row.shipped.commit, row.shipped.deployment
    return {
        "sha": commit.sha,
        "title": commit.title,
        "committed_at": commit.committed_at,
        "deployment": deployment.pk,
        "service": deployment.service.name,
        "environment": deployment.environment,
        "deployed_at": deployment.finished_at,
        "lead_seconds": row.shipped.lead_seconds,
    }


def _page(items: list[dict[str, Any]], total: int, query: DoraQuery) -> dict[str, Any]:
    return {"items": items, "total": total, "limit": query.limit, "offset": query.offset}
