"""Burn alerts beside the evaluation of objectives: rows for what fires and what is over, with their facts.

Called in the transaction of an evaluation, with the status rows locked: whoever decides about an objective is alone
with it, and what one decided the next one reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import structlog

from reliability.kit.instants import format_instant
from reliability.outbox.services import facts
from reliability.web import metrics
from slo.domain import alerting_silence
from slo.domain.alerting_rules import Rule, urgency_of_severity
from slo.domain.alerting_silence import SilenceRule, decide_silence
from slo.domain.alerting_steps import Decision, Memory, Why, decide
from slo.domain.alerting_text import Subject, Told, burn_told, silence_told
from slo.models import BurnAlert, Slo, SloStatus
from slo.selectors.alert_policies import policies_of
from slo.selectors.alert_subjects import page_url, standing_of, subjects_of
from slo.selectors.alerts import memory_of
from slo.selectors.chunks import ids_query
from slo.selectors.judgements import Judgement
from slo.selectors.replay import began_at

logger = structlog.get_logger(__name__)

FIRED, RESOLVED = "BurnRateAlertFired", "BurnRateAlertResolved"
_GONE = "resolved: the condition was taken away or changed its name"

Pending = dict[str, str]  # condition → since when it has been true, RFC 3339


@dataclass(frozen=True, slots=True)
class _Change:
    """A decision about one condition of one objective; rule is None when the condition is gone."""

    judged: Judgement
    key: str
    rule: Rule | SilenceRule | None
    index: int
    decision: Decision


def decide_alerts(
    *, judged: Sequence[Judgement], locked: Mapping[int, SloStatus], at: datetime, now: datetime
) -> dict[int, Pending]:
    """Fire and resolve what *judged* asks for; returns what waits, by objective, for its status row.

    An objective without a locked status is new: it is judged first, and alerts from the next minute on.
    """
    known = [one for one in judged if one.slo.pk in locked]
    open_alerts = _open_alerts([one.slo.pk for one in known])
    pending: dict[int, Pending] = {}
    began: list[_Change] = []
    calm: list[BurnAlert] = []
    for one in known:
        own, waiting = open_alerts.get(one.slo.pk, {}), locked[one.slo.pk].alerts_pending
        waits: Pending = {}
        for change in _changes(one, own, waiting, at):
            memory, alert = change.decision.memory, own.get(change.key)
            if change.decision.ended and alert is not None:
                resolve(alert=alert, slo=one.slo, reason=change.decision.reason, at=at, now=now)
            elif change.decision.began and alert is None:
                began.append(change)
            elif alert is not None and alert.calm_since != memory.calm_since:
                alert.calm_since = memory.calm_since
                calm.append(alert)
            elif memory.pending_since is not None:
                waits[change.key] = format_instant(memory.pending_since)
        pending[one.slo.pk] = waits
    if calm:
        BurnAlert.objects.bulk_update(calm, ["calm_since"])
    _fire(began, at, now)
    return pending


def resolve_all(*, slo: Slo, reason: str, now: datetime) -> None:
    """End every open alert of an objective, such as before it is deleted. In the caller's transaction."""
    for alert in BurnAlert.objects.filter(slo=slo, resolved_at=None).order_by("pk").select_for_update():
        resolve(alert=alert, slo=slo, reason=reason, at=max(now, alert.fired_at), now=now)


def resolve(*, alert: BurnAlert, slo: Slo, reason: str, at: datetime, now: datetime) -> None:
    """End one open alert and tell of it. The caller holds the objective's status row or the alert's."""
    if not BurnAlert.objects.filter(pk=alert.pk, resolved_at=None).update(
        resolved_at=max(at, alert.fired_at), resolve_reason=reason, calm_since=None
    ):
        return
    facts.emit(
        kind=RESOLVED,
        payload={
            "alert_id": alert.pk,
            "slo_id": slo.pk,
            "slo": slo.name,
            "team_id": slo.team_id,
            "condition": alert.condition,
            "kind": alert.kind,
            "reason": reason,
            "at": format_instant(at),
            "is_told": alert.tells_resolved,
        },
        now=now,
        team_id=slo.team_id,
    )
    metrics.BURN_ALERTS.labels(event="resolved", kind=alert.kind).inc()
    logger.info("burn_alert_resolved", slo=slo.name, condition=alert.condition, reason=reason)


def _open_alerts(slo_ids: Sequence[int]) -> dict[int, dict[str, BurnAlert]]:
    found: dict[int, dict[str, BurnAlert]] = defaultdict(dict)
    ids = ids_query(np.array(slo_ids, dtype=np.int64))
    for alert in BurnAlert.objects.filter(resolved_at=None, slo_id__in=ids).order_by("pk"):
        found[alert.slo_id][alert.condition] = alert
    return found


def _changes(
    judged: Judgement, own: Mapping[str, BurnAlert], waiting: Mapping[str, str], at: datetime
) -> Iterator[_Change]:
    """Decisions about conditions that are open, waiting or burning; of calm ones nothing needs to be known."""
    readings = judged.alerting
    policy = readings.policy
    for index, rule in enumerate(policy.rules):
        burn = readings.long_burn(index)
        is_near = burn is not None and rule.is_breached_by(burn)
        if rule.key not in own and rule.key not in waiting and not is_near:
            continue
        memory = memory_of(own.get(rule.key), waiting, rule.key)
        decision = decide(rule=rule, reading=readings.of(index), guards=policy.guards, memory=memory, at=at)
        yield _Change(judged, rule.key, rule, index, decision)
    key, window = alerting_silence.KEY, readings.silence
    if policy.silence is not None and window is not None:
        decision = decide_silence(
            rule=policy.silence,
            window=window,
            was_measured=readings.was_measured,
            memory=memory_of(own.get(key), {}, key),
            at=at,
        )
        yield _Change(judged, key, policy.silence, -1, decision)
    gone = own.keys() - {rule.key for rule in policy.rules} - ({key} if policy.silence else set())
    for condition in sorted(gone):
        yield _Change(judged, condition, None, -1, _gone(own[condition]))


def _gone(alert: BurnAlert) -> Decision:
    return Decision(Memory(firing_since=alert.fired_at), Why.RESOLVES, _GONE, ended=True)


def _fire(began: Sequence[_Change], at: datetime, now: datetime) -> None:
    """Write a row and a fact for each alert, unless its condition was taken away while it was judged."""
    if not began:
        return
    judged = {change.judged.slo.pk: change.judged for change in began}
    terms = [one.terms for one in judged.values()]
    current = dict(zip(judged, policies_of(terms=terms, at=at), strict=True))
    subjects = subjects_of(judged=judged.values())
    for change in began:
        slo = change.judged.slo
        policy = current[slo.pk]
        still = policy.silence if change.index < 0 else policy.rule(change.key)
        if still == change.rule and slo.pk in subjects:
            _fire_one(change, subjects[slo.pk], at, now)


def _fire_one(change: _Change, subject: Subject, at: datetime, now: datetime) -> None:
    slo, rule = change.judged.slo, change.rule
    if rule is None:  # pragma: no cover  what is gone does not begin
        return
    began = _began_at(change, at)
    told = _told(change, subject, began, at)
    is_burn = isinstance(rule, Rule)
    alert = BurnAlert.objects.create(
        slo_id=slo.pk,
        condition=change.key,
        kind=BurnAlert.Kind.BURN if is_burn else BurnAlert.Kind.NO_DATA,
        title=told.title,
        severity=rule.severity,
        urgency=urgency_of_severity(rule.severity).value,
        fired_at=at,
        fire_reason=change.decision.reason,
        text=told.text,
        numbers=told.numbers,
        tells_resolved=rule.tells_resolved,
    )
    payload: dict[str, Any] = {
        "alert_id": alert.pk,
        "slo_id": slo.pk,
        "slo": slo.name,
        "slo_title": slo.title,
        "team_id": slo.team_id,
        "service_id": slo.service_id,
        "condition": alert.condition,
        "severity": alert.severity,
        "urgency": alert.urgency,
        "kind": str(alert.kind),
        "title": told.title,
        "text": told.text,
        "numbers": told.numbers,
        "reason": change.decision.reason,
        "at": format_instant(at),
        "began_at": format_instant(began),
        "url": page_url(name=slo.name, anchor=f"#alert-{alert.pk}"),
        "runbook_url": subject.runbook_url,
        "group_key": f"slo:{slo.pk}",
        "is_told": rule.tells_resolved,
        "targets": list(rule.targets) if isinstance(rule, Rule) else [],
    }
    facts.emit(kind=FIRED, payload=payload, now=now, team_id=slo.team_id)
    metrics.BURN_ALERTS.labels(event="fired", kind=payload["kind"]).inc()
    logger.info("burn_alert_fired", slo=slo.name, condition=alert.condition, reason=alert.fire_reason)


def _began_at(change: _Change, at: datetime) -> datetime:
    """When what the alert tells of began: a burn, or a silence."""
    judged, rule = change.judged, change.rule
    if isinstance(rule, Rule):
        return began_at(terms=judged.terms, rule=rule, policy=judged.alerting.policy, at=at)
    return at - rule.after if rule else at


def _told(change: _Change, subject: Subject, began: datetime, at: datetime) -> Told:
    judged, rule, reason = change.judged, change.rule, change.decision.reason
    standing = standing_of(judged=judged)
    if isinstance(rule, Rule):
        reading = judged.alerting.of(change.index)
        return burn_told(
            subject=subject, rule=rule, reading=reading, standing=standing, reason=reason, began_at=began, at=at
        )
    silence, window = judged.alerting.policy.silence, judged.alerting.silence
    if silence is None or window is None:  # pragma: no cover  only silence remains
        raise AssertionError
    return silence_told(
        subject=subject,
        severity=silence.severity,
        after=silence.after,
        window=window,
        standing=standing,
        reason=reason,
        began_at=began,
        at=at,
    )
