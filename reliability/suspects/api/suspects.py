"""/api/v1/suspects: what may have caused burns and incidents, what people say of it, how often the first was right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from ninja import Query, Router

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import team as team_named
from reliability.catalog.selectors.services import check_names, list_services
from reliability.kit.instants import EARLIEST
from reliability.kit.periods import Period
from reliability.suspects.api import schemas
from reliability.suspects.api.shapes import case_out, precision_out, suspect_out
from reliability.suspects.domain.precision import by_month, precision
from reliability.suspects.selectors import cases as selectors
from reliability.suspects.selectors.blame_rules import service_windows, team_rule
from reliability.suspects.selectors.cases import CaseFilters
from reliability.suspects.services.blame_rules import set_rules
from reliability.suspects.services.verdicts import judge
from reliability.web.api.paging import Page, page_of
from reliability.web.errors import Invalid

router = Router(tags=["Suspects"])

PERIOD_DEFAULT = timedelta(days=180)
PERIOD_MAX = timedelta(days=3 * 366)


@router.get("", response=Page[schemas.SuspectOut], operation_id="listSuspects", summary="Suspects")
def list_all(request: AccessRequest, query: Query[schemas.SuspectsQuery]) -> Any:
    """Of the burns and incidents you may read: those of the newest first, then by place."""
    filters = _filters(query)
    rows = selectors.list_suspects(caller=request.caller, filters=filters, verdict=query.verdict or "")
    page = page_of(queryset=rows, query=query)
    return {**page, "items": [suspect_out(one, case=one.case, caller=request.caller) for one in page["items"]]}


@router.get(
    "/cases",
    response=Page[schemas.SuspectCaseOut],
    by_alias=True,
    operation_id="listSuspectCases",
    summary="Burns and incidents with their suspects",
)
def list_cases(request: AccessRequest, query: Query[schemas.JudgedCasesQuery]) -> Any:
    """The newest first."""
    filters = _filters(query, judgement=query.judged or "")
    page = page_of(queryset=selectors.list_cases(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [case_out(one, caller=request.caller) for one in page["items"]]}


@router.get(
    "/cases/{int:case_id}", response=schemas.SuspectCaseOut, operation_id="getSuspectCase", summary="One of them"
)
def get_case(request: AccessRequest, case_id: int) -> Any:
    return case_out(selectors.case(caller=request.caller, case_id=case_id), caller=request.caller)


@router.get(
    "/precision",
    response=schemas.SuspectPrecisionOut,
    by_alias=True,
    operation_id="getSuspectPrecision",
    summary="How often the first suspects were right",
)
def get_precision(request: AccessRequest, query: Query[schemas.SuspectCasesQuery]) -> Any:
    """Confirmed at place ≤ k of the first ranking ÷ judged, in all and by month of UTC; 180 days by default."""
    end = query.end or timezone.now()
    start = query.start or max(end - PERIOD_DEFAULT, EARLIEST)
    if start >= end or end - start > PERIOD_MAX:
        raise Invalid(details=[{"field": "from", "message": f"must be at most {PERIOD_MAX.days} days before to"}])
    check_names(caller=request.caller, team_slug=query.team, service_name=query.service)
    filters = _filters(query, period=Period(start, end))
    judged = selectors.judged_cases(caller=request.caller, filters=filters)
    return {
        "start": start,
        "end": end,
        "cases": len(judged),
        "at_1": precision_out(precision(cases=judged, k=1)),
        "at_3": precision_out(precision(cases=judged, k=3)),
        "months": [
            {
                "month": f"{one.start:%Y-%m}",
                "cases": one.cases,
                "at_1": precision_out(one.at_1),
                "at_3": precision_out(one.at_3),
            }
            for one in by_month(cases=judged, period=Period(start, end))
        ],
    }


@router.get(
    "/rules/{slug:slug}",
    response=schemas.SuspectRules,
    operation_id="getSuspectRules",
    summary="How far back a team suspects changes",
)
def get_rules(request: AccessRequest, slug: str) -> Any:
    team = team_named(caller=request.caller, slug=slug)
    return _rules(team.pk, team.slug)


@router.put(
    "/rules/{slug:slug}",
    response=schemas.SuspectRules,
    operation_id="putSuspectRules",
    summary="Set how far back a team suspects changes",
)
def put_rules(request: AccessRequest, slug: str, body: schemas.SuspectRulesPut) -> Any:
    """By its editors. Rankings made from now on go by it."""
    team = team_named(caller=request.caller, slug=slug)
    own = {one.name: one for one in list_services(caller=request.caller).filter(team=team, name__in=body.services)}
    strangers = sorted(set(body.services) - set(own))
    if strangers:
        raise Invalid(details=[{"field": "services", "message": f"{strangers[0]} is no service of this team"}])
    set_rules(
        caller=request.caller,
        team=team,
        window=body.window,
        counts_inferred=body.counts_inferred,
        windows={own[name]: window for name, window in body.services.items()},
        now=timezone.now(),
    )
    return _rules(team.pk, team.slug)


@router.get("/{int:suspect_id}", response=schemas.SuspectOut, operation_id="getSuspect", summary="One suspect")
def get_one(request: AccessRequest, suspect_id: int) -> Any:
    row = selectors.suspect(caller=request.caller, suspect_id=suspect_id)
    return suspect_out(row, case=row.case, caller=request.caller)


@router.put(
    "/{int:suspect_id}/verdict",
    response=schemas.SuspectOut,
    operation_id="putSuspectVerdict",
    summary="Confirm or reject a suspect",
)
def put_verdict(request: AccessRequest, suspect_id: int, body: schemas.SuspectVerdictPut) -> Any:
    """By responders of the team that owns the objective or incident. A confirmed deployment counts as failed."""
    judge(caller=request.caller, suspect_id=suspect_id, state=body.verdict, reason=body.reason, now=timezone.now())
    return get_one(request, suspect_id)


def _filters(query: schemas.SuspectCasesQuery, *, judgement: str = "", period: Period | None = None) -> CaseFilters:
    if period is None and (query.start or query.end):
        start, end = query.start or EARLIEST, query.end or timezone.now() + timedelta(days=1)
        if start >= end:
            raise Invalid(details=[{"field": "to", "message": "must be later than from"}])
        period = Period(start, end)
    return CaseFilters(
        period=period,
        team_slug=query.team,
        service_name=query.service,
        slo_name=query.slo,
        incident_id=query.incident,
        kind=query.kind or "",
        judgement=judgement,
        has_small=query.small,
    )


def _rules(team_id: int, slug: str) -> dict[str, Any]:
    rule = team_rule(team_id=team_id)
    return {
        "team": slug,
        "window_seconds": int(rule.window.total_seconds()),
        "counts_inferred": rule.counts_inferred,
        "services": {one.name: int(window.total_seconds()) for one, window in service_windows(team_id=team_id)},
    }
