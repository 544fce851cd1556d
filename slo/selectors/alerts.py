"""Reading burn alerts, and where each rule of an objective stands now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.kit.instants import floor_minute, parse_instant
from slo.domain import alerting_silence
from slo.domain.alerting_policy import Policy
from slo.domain.alerting_readings import Reading, WindowReading
from slo.domain.alerting_rules import Rule
from slo.domain.alerting_silence import decide_silence
from slo.domain.alerting_steps import Decision, Memory, decide, number
from slo.models import BurnAlert, CompositeAlert, Slo, SloStatus
from slo.selectors.alert_readings import readings_of
from slo.selectors.replay import policy_at
from slo.selectors.status import measured_until


@dataclass(frozen=True, slots=True)
class AlertFilters:
    """What to list; empty fields do not filter."""

    team_slug: str = ""
    service_name: str = ""
    slo_name: str = ""
    severity: int | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True)
class RuleState:
    """Where one rule stands. alert: the open one, if it fires, of an objective or of a composite."""

    rule: Rule
    reading: Reading
    decision: Decision
    alert: BurnAlert | CompositeAlert | None


@dataclass(frozen=True, slots=True)
class SilenceState:
    window: WindowReading
    decision: Decision
    alert: BurnAlert | None


@dataclass(frozen=True, slots=True)
class AlertingState:
    """All rules of an objective at an instant. measured_until: the end of the data they speak of."""

    at: datetime
    policy: Policy
    rules: tuple[RuleState, ...]
    silence: SilenceState | None
    measured_until: datetime | None


def list_alerts(*, caller: Caller, filters: AlertFilters | None = None) -> QuerySet[BurnAlert]:
    """Alerts of readable objectives, open ones first (worst first), then the newest; slo, team, service joined."""
    wanted = filters or AlertFilters()
    readable = Slo.objects.readable_by(caller)
    if wanted.team_slug:
        readable = readable.filter(team__slug=wanted.team_slug)
    if wanted.service_name:
        services = Service.objects.readable_by(caller).filter(name=wanted.service_name)
        readable = readable.filter(service__in=services)
    if wanted.slo_name:
        readable = readable.filter(name=wanted.slo_name)
    asked = Q(slo__in=readable)
    if wanted.severity is not None:
        asked &= Q(severity=wanted.severity)
    if wanted.is_open is not None:
        asked &= Q(resolved_at__isnull=wanted.is_open)
    alerts: QuerySet[BurnAlert] = BurnAlert.objects.filter(asked).select_related("slo", "slo__team", "slo__service")
    return alerts.order_by(F("resolved_at").desc(nulls_first=True), "severity", "-fired_at", "-pk")


def open_count(*, caller: Caller) -> int:
    """How many alerts of readable objectives are open."""
    return BurnAlert.objects.filter(slo__in=Slo.objects.readable_by(caller), resolved_at=None).count()


def is_over(*, alert_id: int) -> bool:
    """Whether an alert was resolved, or deleted with its objective: for those who hear of its beginning late."""
    return not BurnAlert.objects.filter(pk=alert_id, resolved_at=None).exists()


def open_alerts(*, ids: Collection[int]) -> QuerySet[BurnAlert]:
    """Those of *ids* that fire, the oldest first; slo joined."""
    return BurnAlert.objects.filter(pk__in=ids, resolved_at=None).select_related("slo").order_by("fired_at", "pk")


def still_words(*, alerts: Sequence[BurnAlert], now: datetime) -> list[str]:
    """One phrase for each objective of open *alerts*: "Search availability still burns at 14.4×".

    The burn is that of this minute, the highest of the long windows of its open alerts.
    """
    by_slo: dict[int, list[BurnAlert]] = {}
    for alert in alerts:
        by_slo.setdefault(alert.slo_id, []).append(alert)
    return [f"{listed[0].slo.title} {_still(listed, now)}" for listed in by_slo.values()]


def _still(alerts: Sequence[BurnAlert], now: datetime) -> str:
    keys = {alert.condition for alert in alerts if alert.kind == BurnAlert.Kind.BURN}
    if not keys:
        return "still has no data"
    rules = alerting_state(slo=alerts[0].slo, now=now).rules
    burns = [one.reading.long.burn for one in rules if one.rule.key in keys and one.reading.long.burn is not None]
    return f"still burns at {number(max(burns))}×" if burns else "still burns"


def alerts_of(*, slo: Slo) -> QuerySet[BurnAlert]:
    """An objective's alerts, newest first."""
    return BurnAlert.objects.filter(slo=slo).order_by("-fired_at", "-pk")


def alerting_state(*, slo: Slo, now: datetime) -> AlertingState:
    """What each rule reads and decides at this minute, as the next evaluation will; nothing is written."""
    at = floor_minute(now)
    terms, policy = policy_at(slo=slo, at=at, now=now)
    until = measured_until(sli_id=terms.sli_id, at=at)
    (readings,) = readings_of(terms=[terms], policies=[policy], measured_until={terms.sli_id: until}, at=at)
    open_alerts = {alert.condition: alert for alert in BurnAlert.objects.filter(slo=slo, resolved_at=None)}
    waiting = SloStatus.objects.filter(slo=slo).values_list("alerts_pending", flat=True).first() or {}
    rules = []
    for index, rule in enumerate(policy.rules):
        reading, alert = readings.of(index), open_alerts.get(rule.key)
        memory = memory_of(alert, waiting, rule.key)
        decision = decide(rule=rule, reading=reading, guards=policy.guards, memory=memory, at=at)
        rules.append(RuleState(rule, reading, decision, alert))
    silence = None
    if policy.silence is not None and readings.silence is not None:
        alert = open_alerts.get(alerting_silence.KEY)
        decision = decide_silence(
            rule=policy.silence,
            window=readings.silence,
            was_measured=readings.was_measured,
            memory=memory_of(alert, {}, alerting_silence.KEY),
            at=at,
        )
        silence = SilenceState(readings.silence, decision, alert)
    return AlertingState(at, policy, tuple(rules), silence, until)


def memory_of(alert: BurnAlert | CompositeAlert | None, waiting: Mapping[str, str], key: str) -> Memory:
    """What is remembered of a condition: its open alert, or since when it has been true."""
    if alert is not None:
        return Memory(firing_since=alert.fired_at, calm_since=alert.calm_since)
    return Memory(pending_since=parse_instant(waiting[key])) if key in waiting else Memory()
