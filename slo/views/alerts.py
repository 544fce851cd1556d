"""The pages of burn alerts: all of them, and those of one objective."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from reliability.access.domain.caller import Role
from reliability.access.domain.visible import visible
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.kit.periods import Period
from reliability.web.pagination import page_of
from reliability.web.timerange import TimeRange
from slo.charts.alert_burn import alert_burn_chart
from slo.models import BurnAlert, Slo
from slo.selectors.alerts import AlertFilters, AlertingState, alerting_state, alerts_of, list_alerts, open_count
from slo.selectors.composite_alerts import firing_composites
from slo.selectors.exclusions import exclusions_of
from slo.selectors.replay import burn_points, replay
from slo.selectors.slos import get_slo
from slo.views.alerts_wording import RuleRow, replay_rows, rule_row, silence_row

PER_PAGE = 50
REPLAYED_DAYS = 30
COMPOSITES_SHOWN = 20
_TEXT_MAX = 63


@require_safe
@vary_on_headers("HX-Request")
def alert_list(request: AccessRequest) -> HttpResponse:
    """Alerts of every readable objective, open ones first; filters come from the address."""
    filters = _filters(request.GET)
    page = page_of(request, list_alerts(caller=request.caller, filters=filters), per_page=PER_PAGE)
    context: dict[str, Any] = {
        "page": page,
        "alerts": [(alert, visible(caller=request.caller, related=alert.slo.service)) for alert in page.object_list],
        "now": timezone.now(),
        "open_count": open_count(caller=request.caller),
        "filters": filters,
        "is_filtered": filters != AlertFilters(),
        "composites": firing_composites(caller=request.caller, limit=COMPOSITES_SHOWN),
    }
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx sets it
        return render(request, "slo/_alerts_list.html", context)
    context |= {
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "severities": range(1, 6),
    }
    return render(request, "slo/alerts_list.html", context)


def _filters(query: QueryDict) -> AlertFilters:
    """Unknown values of an address are dropped, so an old link still opens."""
    severity, state = query.get("severity", ""), query.get("state", "")
    return AlertFilters(
        team_slug=query.get("team", "")[:_TEXT_MAX],
        service_name=query.get("service", "")[:_TEXT_MAX],
        slo_name=query.get("slo", "")[:_TEXT_MAX],
        severity=int(severity) if severity in {"1", "2", "3", "4", "5"} else None,
        is_open={"firing": True, "resolved": False}.get(state),
    )


@require_safe
def slo_alerts(request: AccessRequest, name: str) -> HttpResponse:
    """Rules and where they stand, the burn one of them reads, what they would have done, and what fired.

    `?part=live` the rules alone; `?rule=` the one drawn.
    """
    slo, now = get_slo(caller=request.caller, name=name), timezone.now()
    state = alerting_state(slo=slo, now=now)
    rows = _rows(state)
    has_targets = any(rule.targets for rule in state.policy.rules)
    context: dict[str, Any] = {"slo": slo, "state": state, "rows": rows, "has_targets": has_targets}
    if request.GET.get("part") == "live":
        return render(request, "slo/_alert_rules.html", context)
    page = page_of(request, alerts_of(slo=slo), per_page=PER_PAGE)
    time_range = TimeRange.from_request(request, now=now, default="1d")
    told = replay(slo=slo, now=now, days=REPLAYED_DAYS, policy=state.policy)
    context |= {
        "may_edit": request.caller.may(slo.team_id, Role.EDITOR),
        "page": page,
        "now": now,
        "time_range": time_range,
        "chart": _chart(request, slo, state, time_range),
        "replay": told,
        "replay_rows": replay_rows(told.rules),
        "replayed_days": REPLAYED_DAYS,
        "would_have_fired": len(told.firings),
    }
    return render(request, "slo/alerts.html", context)


def _rows(state: AlertingState) -> list[RuleRow]:
    rows = [rule_row(one) for one in state.rules]
    if state.silence is not None and state.policy.silence is not None:
        rows.append(silence_row(state.policy.silence, state.silence))
    return rows


def _chart(request: AccessRequest, slo: Slo, state: AlertingState, time_range: TimeRange) -> Any:
    rule = state.policy.rule(request.GET.get("rule", "")) or next(iter(state.policy.rules), None)
    if rule is None:
        return None
    period, now = time_range.period, time_range.now
    fired = BurnAlert.objects.filter(slo=slo, condition=rule.key, fired_at__lt=period.end).exclude(
        resolved_at__lte=period.start
    )
    excluded = exclusions_of(slo=slo, period=period).filter(revoked_at=None)
    return alert_burn_chart(
        burn_points(slo=slo, rule=rule, policy=state.policy, period=period, now=now),
        rule=rule,
        period=period,
        firings=[Period(one.fired_at, max(one.fired_at, one.resolved_at or now)) for one in fired],
        excluded=[Period(one.start_at, one.end_at) for one in excluded],
        note="Red bands: it fired. Each point is the highest of its step; gaps were not measured.",
    )
