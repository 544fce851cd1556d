"""/api/v1/slos/{name}/alerts and /alerting, /api/v1/burn-alerts: what fires, what would have, and by which rules."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.kit.durations import format_duration
from reliability.web.api.paging import Page, page_of
from reliability.web.api.revisions import IfMatch, expected_revision, tag
from slo.api.alert_schemas import (
    AlertingOut,
    AlertingReplace,
    BurnAlertOut,
    BurnAlertQuery,
    ReplayOut,
    SloAlertsOut,
)
from slo.domain.alerting_text import rule_words
from slo.models import BurnAlert, Slo
from slo.selectors import alerts, slos
from slo.selectors.alert_policies import settings_of
from slo.selectors.replay import DAYS_DEFAULT, DAYS_MAX, replay
from slo.services import alerts as services
from slo.services.alerts import AlertingDraft

router = Router(tags=["Burn alerts"])
list_router = Router(tags=["Burn alerts"])


@list_router.get("", response=Page[BurnAlertOut], operation_id="listBurnAlerts", summary="List burn alerts")
def list_burn_alerts(request: AccessRequest, query: Query[BurnAlertQuery]) -> Any:
    """Of every readable SLO: open ones first, worst first, then the newest."""
    filters = alerts.AlertFilters(
        team_slug=query.team,
        service_name=query.service,
        slo_name=query.slo,
        severity=query.severity,
        is_open=None if query.state is None else query.state == "firing",
    )
    page = page_of(queryset=alerts.list_alerts(caller=request.caller, filters=filters), query=query)
    return {**page, "items": [_alert_out(request, alert) for alert in page["items"]]}


@router.get("/{name}/alerts", response=SloAlertsOut, operation_id="getSloAlerts", summary="Burn alerts of an SLO")
def get_alerts(request: AccessRequest, name: str) -> Any:
    """Each rule with its factor, the burn it reads now and where it stands with its reason; and what fired."""
    slo = slos.get_slo(caller=request.caller, name=name)
    state = alerts.alerting_state(slo=slo, now=timezone.now())
    filters = alerts.AlertFilters(slo_name=slo.name)
    newest = alerts.list_alerts(caller=request.caller, filters=filters)[:100]
    silence, rule = state.silence, state.policy.silence
    return {
        "slo": slo.name,
        "at": state.at,
        "measured_until": state.measured_until,
        "rules": [_rule_out(one) for one in state.rules],
        "silence": None
        if silence is None or rule is None
        else {
            "after_minutes": int(rule.after.total_seconds() // 60),
            "severity": rule.severity,
            "state": silence.decision.why,
            "reason": silence.decision.reason,
            "firing_since": silence.alert.fired_at if silence.alert else None,
        },
        "warnings": list(state.policy.warnings),
        "alerts": [_alert_out(request, alert) for alert in newest],
    }


@router.get(
    "/{name}/alerts/replay", response=ReplayOut, operation_id="replaySloAlerts", summary="What would have fired"
)
def get_replay(request: AccessRequest, name: str, days: Annotated[int, Query(ge=1, le=DAYS_MAX)] = DAYS_DEFAULT) -> Any:
    """Today's rules over the stored minutes of the last days, minute by minute."""
    slo = slos.get_slo(caller=request.caller, name=name)
    told = replay(slo=slo, now=timezone.now(), days=days)
    return {
        "slo": slo.name,
        "window": {"start": told.period.start, "end": told.period.end},
        "measured_minutes": told.measured_minutes,
        "rules": [
            {
                "condition": one.rule.key,
                "title": one.rule.title,
                "firings": len(one.firings),
                "significant": one.significant,
                "precision": one.precision,
                "detection_seconds": one.detection.total_seconds() if one.detection is not None else None,
            }
            for one in told.rules
        ],
        "firings": [
            {
                "condition": one.key,
                "began_at": one.began_at,
                "fired_at": one.fired_at,
                "resolved_at": one.resolved_at,
                "detection_seconds": int(one.detection.total_seconds()),
                "peak_burn": one.peak,
                "budget_spent": one.spent,
            }
            for one in told.firings
        ],
    }


@router.get("/{name}/alerting", response=AlertingOut, operation_id="getSloAlerting", summary="How an SLO alerts")
def get_alerting(request: AccessRequest, response: HttpResponse, name: str) -> Any:
    """Its settings, the defaults while nobody has saved any."""
    slo = slos.get_slo(caller=request.caller, name=name)
    return _alerting_out(response, slo)


@router.put(
    "/{name}/alerting", response=AlertingOut, operation_id="replaceSloAlerting", summary="Change how an SLO alerts"
)
def put_alerting(
    request: AccessRequest, response: HttpResponse, name: str, body: AlertingReplace, if_match: IfMatch = None
) -> Any:
    """Alerts of conditions that are gone are resolved at once."""
    slo = slos.get_slo(caller=request.caller, name=name)
    values = body.dict(exclude={"revision", "reason", "conditions"})
    services.save(
        caller=request.caller,
        slo=slo,
        draft=AlertingDraft(**values, conditions=[one.dict() for one in body.conditions]),
        now=timezone.now(),
        reason=body.reason,
        expected_revision=expected_revision(
            if_match=if_match, in_body=body.revision, stored=services.revision_of(slo=slo)
        ),
    )
    return _alerting_out(response, slo)


def _alerting_out(response: HttpResponse, slo: Slo) -> dict[str, Any]:
    revision = services.revision_of(slo=slo)
    tag(response, revision)
    state = alerts.alerting_state(slo=slo, now=timezone.now())
    draft = services.draft_of(settings=settings_of(slo=slo))
    return {"slo": slo.name, "revision": revision, "warnings": list(state.policy.warnings), **asdict(draft)}


def _rule_out(state: alerts.RuleState) -> dict[str, Any]:
    rule, reading = state.rule, state.reading
    return {
        "condition": rule.key,
        "title": rule.title,
        "words": rule_words(rule),
        "origin": rule.origin,
        "severity": rule.severity,
        "urgency": rule.urgency,
        "op": rule.op,
        "threshold": rule.threshold,
        "long_window": format_duration(rule.long),
        "short_window": format_duration(rule.short) if rule.short else None,
        "alert_after_seconds": int(rule.alert_after.total_seconds()),
        "budget_share": rule.share,
        "targets": list(rule.targets),
        "state": state.decision.why,
        "reason": rule.never or state.decision.reason,
        "burn_long": reading.long.burn,
        "burn_short": reading.short.burn if reading.short else None,
        "coverage": reading.long.coverage,
        "firing_since": state.alert.fired_at if state.alert else None,
    }


def _alert_out(request: AccessRequest, alert: BurnAlert) -> dict[str, Any]:
    service = visible(caller=request.caller, related=alert.slo.service)
    return {
        "id": alert.pk,
        "slo": alert.slo.name,
        "team": alert.slo.team.slug,
        "service": service.name if service else None,
        "condition": alert.condition,
        "kind": alert.kind,
        "state": alert.state,
        "severity": alert.severity,
        "urgency": alert.urgency,
        "title": alert.title,
        "text": alert.text,
        "numbers": alert.numbers,
        "fired_at": alert.fired_at,
        "fire_reason": alert.fire_reason,
        "resolved_at": alert.resolved_at,
        "resolve_reason": alert.resolve_reason,
    }
