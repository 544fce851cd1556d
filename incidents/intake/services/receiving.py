"""From parsed alerts to rows: silenced, grouped, handed to incidents, all in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import F, Q

from incidents.intake.domain.events import Action, OutsideAlert, OutsideChange, Parsed
from incidents.intake.domain.grouping import GroupBy, Grouping, group_key, window_start
from incidents.intake.domain.silences import SilenceRule, rule_over
from incidents.intake.models import Integration
from incidents.intake.selectors.integrations import open_alert_began_at
from incidents.intake.selectors.silences import rules_in_force
from incidents.intake.services.combining import Combiner, remembered
from incidents.intake.services.routing import Routing
from incidents.response.domain.alerts import AlertOutcome
from incidents.response.domain.severity import Severity
from incidents.response.services import alerts as response
from reliability.delivery.services import changes
from reliability.web.metrics import INTAKE_ALERTS

DEFAULT_SEVERITY = Severity.SEV3
_RECEIVED_NOTED_EVERY = timedelta(seconds=30)
_SAME_BODY_IS_A_REPEAT = timedelta(minutes=10)  # longer than senders try again after a time-out
_combiner = Combiner()
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a request, committed. outcomes: of its alerts, in their order."""

    integration: Integration
    parsed: Parsed
    outcomes: tuple[str, ...] = field(default=())

    def counts(self) -> dict[str, int]:
        return dict(Counter(self.outcomes))


def commit(work: Callable[[], Result]) -> Result:
    """Run *work* in a transaction, which concurrent requests share."""
    return _combiner.run(work)


def take(*, integration: Integration, parsed: Parsed, now: datetime) -> Taken:
    """Store what the request holds. Call it in a transaction (`commit`); nothing is answered before that."""
    rules = _rules(integration=integration, now=now) if parsed.alerts else ()
    told = [*(alert.labels for alert in parsed.alerts), *(change.details for change in parsed.changes)]
    routing = Routing(integration=integration, labels=told)
    outcomes = tuple(
        _receive(
            integration=integration, alert=alert, service_id=routing.service_id(alert.labels), rules=rules, now=now
        )
        for alert in parsed.alerts
    )
    for change in parsed.changes:
        service_id = routing.service_id(change.details)
        _record(integration=integration, change=change, service_id=service_id, now=now)
    _note_received(integration=integration, now=now)
    for outcome, count in Counter(outcomes).items():
        INTAKE_ALERTS.labels(kind=integration.kind, outcome=outcome).inc(count)
    return Taken(integration=integration, parsed=parsed, outcomes=outcomes)


def _rules(*, integration: Integration, now: datetime) -> tuple[SilenceRule, ...]:
    team_id = integration.team_id
    return remembered(("silences", team_id), lambda: rules_in_force(team_id=team_id, now=now))


def origin_of(integration: Integration) -> str:
    return f"integration:{integration.pk}"


def _receive(
    *,
    integration: Integration,
    alert: OutsideAlert,
    service_id: int | None,
    rules: tuple[SilenceRule, ...],
    now: datetime,
) -> str:
    given: dict[str, Any] = {
        "team_id": integration.team_id,
        "origin": origin_of(integration),
        "origin_name": integration.title,
        "key": alert.key,
        "action": alert.action.value,
        "severity": alert.severity or Severity(integration.config.get("default_severity") or DEFAULT_SEVERITY),
        "title": alert.title or alert.key,
        "now": now,
    }
    if alert.action is Action.RESOLVE and _is_late_end(integration=integration, alert=alert):
        return str(AlertOutcome.DROPPED)
    if alert.action is Action.TRIGGER:
        rule = rule_over(rules=rules, labels=alert.labels, service_id=service_id, integration_id=integration.pk)
        given |= {
            "description": alert.description,
            "service_id": service_id,
            "policy_id": integration.policy_id,
            "labels": dict(alert.labels),
            "links": [{"title": title, "url": url} for title, url in alert.links],
            "payload": dict(alert.payload),
            "started_at": alert.started_at,
            "group_key": _group_key(integration=integration, alert=alert, service_id=service_id, now=now),
            "silenced_by": "" if rule is None else rule.in_words(),
            "silenced_until": None if rule is None else rule.end_at,
            "is_one_episode": alert.is_one_episode,
        }
    return str(response.receive(**given).outcome)


def _is_late_end(*, integration: Integration, alert: OutsideAlert) -> bool:
    """The end of an earlier episode, told after the next one began: by the other Alertmanager of a pair, say."""
    if not alert.is_one_episode or alert.ended_at is None:
        return False
    began_at = open_alert_began_at(integration=integration, key=alert.key)
    return began_at is not None and alert.ended_at < began_at


def _group_key(*, integration: Integration, alert: OutsideAlert, service_id: int | None, now: datetime) -> str:
    grouping = Grouping.from_json(integration.grouping)
    began_at = None
    if grouping.by is GroupBy.WINDOW:
        began_at = _window(integration=integration, grouping=grouping, now=now)
    return group_key(
        grouping=grouping,
        origin=origin_of(integration),
        labels=alert.labels,
        service_id=service_id,
        window_started_at=began_at,
    )


def _window(*, integration: Integration, grouping: Grouping, now: datetime) -> datetime:
    """When the present window began; of several that begin one at the same time, one wins and the others join it."""
    began_at = window_start(grouping=grouping, began_at=integration.window_started_at, now=now)
    if began_at == integration.window_started_at:
        return began_at
    same = Integration.objects.filter(pk=integration.pk)
    if not same.filter(window_started_at=integration.window_started_at).update(window_started_at=began_at):
        stored = same.values_list("window_started_at", flat=True).first()
        began_at = window_start(grouping=grouping, began_at=stored, now=now)
    integration.window_started_at = began_at
    return began_at


def _record(*, integration: Integration, change: OutsideChange, service_id: int | None, now: datetime) -> None:
    changes.record(
        team_id=integration.team_id,
        service_id=service_id,
        origin=origin_of(integration),
        key=change.key,
        title=change.title,
        links=[{"title": title, "url": url} for title, url in change.links],
        details=dict(change.details),
        at=change.at,
        repeats_within=None if change.is_named else _SAME_BODY_IS_A_REPEAT,
        now=now,
    )


def _note_received(*, integration: Integration, now: datetime) -> None:
    """When something came last, at most twice a minute: a flood must not write this row each time. But at once after
    what was refused, since it says that all is well again.
    """
    received_at, failed_at = integration.last_received_at, integration.last_error_at
    is_well_again = failed_at is not None and received_at is not None and failed_at >= received_at
    if received_at is not None and now - received_at < _RECEIVED_NOTED_EVERY and not is_well_again:
        return
    unnoted = Q(last_received_at=None) | Q(last_received_at__lte=now - _RECEIVED_NOTED_EVERY)
    unnoted |= Q(last_error_at__gte=F("last_received_at"))
    Integration.objects.filter(unnoted, pk=integration.pk).update(last_received_at=now)
    integration.last_received_at = now
