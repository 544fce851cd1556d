"""Burn alerts of composites: rows for what fires and what is over, with their facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from reliability.kit.instants import format_instant
from reliability.outbox.services import facts
from reliability.web import metrics
from slo.domain.alerting_rules import Rule, urgency_of_severity
from slo.domain.alerting_text import Told, burn_told
from slo.domain.composite_readings import began_at
from slo.models import Composite, CompositeAlert, CompositeEvaluation
from slo.selectors.composite_judgements import CompositeJudgement, decided
from slo.selectors.composite_subjects import burning_parts, losing_slos, page_url, standing_of, subject_of

logger = structlog.get_logger(__name__)

FIRED, RESOLVED = "CompositeAlertFired", "CompositeAlertResolved"
_GONE = "resolved: the rule was switched off, or looks at other windows now"

Pending = dict[str, str]  # rule → since when it has been true, RFC 3339


def decide_alerts(
    *, judged: CompositeJudgement, own: Mapping[str, CompositeAlert], waiting: Mapping[str, str], now: datetime
) -> Pending:
    """Fire and resolve what *judged* asks for; returns what waits. The caller holds the row of its evaluation."""
    pending: Pending = {}
    for place, rule in enumerate(judged.policy.rules):
        alert = own.get(rule.key)
        decision = decided(judged, rule.key, alert, waiting)
        memory = decision.memory
        if decision.ended and alert is not None:
            resolve(alert=alert, composite=judged.composite, reason=decision.reason, at=judged.status.at, now=now)
        elif decision.began and alert is None:
            _fire(judged, place, rule, decision.reason, now)
        elif alert is not None and alert.calm_since != memory.calm_since:
            alert.calm_since = memory.calm_since
            alert.save(update_fields=["calm_since"])
        elif memory.pending_since is not None:
            pending[rule.key] = format_instant(memory.pending_since)
    for key in sorted(own.keys() - {rule.key for rule in judged.policy.rules}):
        resolve(alert=own[key], composite=judged.composite, reason=_GONE, at=judged.status.at, now=now)
    return pending


def resolve_all(*, composite: Composite, reason: str, now: datetime) -> None:
    """End every open alert of a composite, such as before it is deleted. In the caller's transaction.

    Whoever evaluates holds the row of the evaluation before those of alerts: so does this.
    """
    list(CompositeEvaluation.objects.select_for_update().filter(composite=composite))
    fires = CompositeAlert.objects.filter(composite=composite, resolved_at=None).order_by("pk")
    for alert in fires.select_for_update():
        resolve(alert=alert, composite=composite, reason=reason, at=max(now, alert.fired_at), now=now)


def resolve(*, alert: CompositeAlert, composite: Composite, reason: str, at: datetime, now: datetime) -> None:
    """End one open alert and tell of it."""
    if not CompositeAlert.objects.filter(pk=alert.pk, resolved_at=None).update(
        resolved_at=max(at, alert.fired_at), resolve_reason=reason, calm_since=None
    ):
        return
    facts.emit(
        kind=RESOLVED,
        payload={
            "alert_id": alert.pk,
            "composite_id": composite.pk,
            "composite": composite.name,
            "team_id": composite.team_id,
            "condition": alert.condition,
            "reason": reason,
            "at": format_instant(at),
        },
        now=now,
        team_id=composite.team_id,
    )
    metrics.BURN_ALERTS.labels(event="resolved", kind="composite").inc()
    logger.info("composite_alert_resolved", composite=composite.name, condition=alert.condition, reason=reason)


def _fire(judged: CompositeJudgement, place: int, rule: Rule, reason: str, now: datetime) -> None:
    composite, at = judged.composite, judged.status.at
    began = min(
        at, began_at(whole=judged.whole, definition=judged.status.terms.definition, rule=rule, at=judged.ends_at)
    )
    told = _told(judged, place, rule, reason, began)
    alert = CompositeAlert.objects.create(
        composite=composite,
        condition=rule.key,
        title=told.title,
        severity=rule.severity,
        urgency=urgency_of_severity(rule.severity).value,
        fired_at=at,
        fire_reason=reason,
        text=told.text,
        numbers=told.numbers,
    )
    facts.emit(
        kind=FIRED,
        payload={
            "alert_id": alert.pk,
            "composite_id": composite.pk,
            "composite": composite.name,
            "title": told.title,
            "text": told.text,
            "numbers": told.numbers,
            "team_id": composite.team_id,
            "service_id": composite.service_id,
            "slo_ids": losing_slos(judged=judged, rule=rule),
            "condition": alert.condition,
            "severity": alert.severity,
            "urgency": alert.urgency,
            "reason": reason,
            "at": format_instant(at),
            "began_at": format_instant(began),
            "url": page_url(name=composite.name, anchor=f"#alert-{alert.pk}"),
        },
        now=now,
        team_id=composite.team_id,
    )
    metrics.BURN_ALERTS.labels(event="fired", kind="composite").inc()
    logger.info("composite_alert_fired", composite=composite.name, condition=alert.condition, reason=reason)


def _told(judged: CompositeJudgement, place: int, rule: Rule, reason: str, began: datetime) -> Told:
    """As of an objective, with the parts that lost anything after the objective."""
    told = burn_told(
        subject=subject_of(judged=judged),
        rule=rule,
        reading=judged.readings[place],
        standing=standing_of(judged=judged),
        reason=reason,
        began_at=began,
        at=judged.status.at,
    )
    lines = told.text.split("\n")
    parts = burning_parts(judged=judged, rule=rule)
    return replace(told, text="\n".join([*lines[:2], *([parts] if parts else []), *lines[2:]]))
