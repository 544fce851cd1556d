"""Which rules of policies are in force: rows with a beginning and an end, a fact for each, and people told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from reliability.catalog.models import Service
from reliability.gate.domain.budget_rules import Reading, Rule, standing_of, words_of
from reliability.gate.domain.reasons import Policy
from reliability.gate.models import BudgetPolicy, GateNotice, PolicyChoice, PolicyPeriod
from reliability.gate.selectors.facts import policies_of, readings_of
from reliability.gate.services.telling import tell_period
from reliability.outbox.services import facts

ENTERED, LEFT = "ErrorBudgetPolicyEntered", "ErrorBudgetPolicyLeft"
_BATCH = 500
_REASON_MAX = 500
_WORDS_MAX = 500


@dataclass(frozen=True, slots=True)
class _Entering:
    policy: Policy
    rule: Rule
    reason: str


@dataclass(frozen=True, slots=True)
class _Leaving:
    period: PolicyPeriod
    reason: str


_Plan = list[_Entering | _Leaving]


def evaluate_all(*, now: datetime) -> int:
    """Every service that has a policy, or had one. Returns how many rules came into force or are over."""
    # By keys and not by joins, which would multiply policies by all that was ever in force.
    wanted = Q(team_id__in=BudgetPolicy.objects.filter(is_team_default=True).order_by().values("team_id"))
    wanted |= Q(pk__in=PolicyChoice.objects.filter(policy__isnull=False).order_by().values("service_id"))
    wanted |= Q(pk__in=PolicyPeriod.objects.filter(left_at=None).order_by().values("service_id"))
    ids = list(Service.objects.filter(wanted).order_by("pk").values_list("pk", flat=True))
    return sum(evaluate(service_ids=ids[first : first + _BATCH], now=now) for first in range(0, len(ids), _BATCH))


def evaluate_policy(*, policy: BudgetPolicy, now: datetime) -> int:
    """Every service that it holds for, or held for."""
    wanted = Q(policy_periods__policy=policy) | Q(policy_choice__policy=policy)
    if policy.is_team_default:
        wanted |= Q(team_id=policy.team_id)
    return evaluate(service_ids=list(Service.objects.filter(wanted).values_list("pk", flat=True).distinct()), now=now)


def evaluate(*, service_ids: Sequence[int], now: datetime) -> int:
    """Write down what came into force and what is over. Safe to run twice and by several workers at once.

    Mostly nothing has changed: then nothing is locked.
    """
    services = list(Service.objects.filter(pk__in=service_ids).select_related("team").order_by("pk"))
    changing = [service.pk for service, plan in _plans(services, now) if plan]
    return _write(changing, now) if changing else 0


@transaction.atomic
def _write(service_ids: Sequence[int], now: datetime) -> int:
    # Two workers must not both find that a rule comes into force. Rows that refer to a service need not wait.
    rows = Service.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=service_ids)
    changes = 0
    for service, plan in _plans(list(rows.select_related("team").order_by("pk")), now):
        for one in plan:
            if isinstance(one, _Entering):
                _enter(service, one.policy, one.rule, one.reason, now)
            else:
                _leave(service, one.period, one.reason, now)
        changes += len(plan)
    return changes


def _plans(services: Sequence[Service], now: datetime) -> list[tuple[Service, _Plan]]:
    """What is to be written for each, by a fixed number of queries."""
    policies = policies_of(services=services)
    readings = readings_of(services=services, at=now)
    periods: dict[int, list[PolicyPeriod]] = {one.pk: [] for one in services}
    for period in PolicyPeriod.objects.filter(service_id__in=list(periods), left_at=None).order_by("pk"):
        periods[period.service_id].append(period)
    return [(one, _plan(policies.get(one.pk), readings.get(one.pk, ()), periods[one.pk], now)) for one in services]


def _plan(policy: Policy | None, readings: Sequence[Reading], periods: Iterable[PolicyPeriod], now: datetime) -> _Plan:
    rules = {rule.key: rule for rule in policy.terms.rules} if policy is not None else {}
    open_ones: dict[str, PolicyPeriod] = {}
    found: _Plan = []
    for period in periods:
        if policy is None or period.policy_id != policy.id or period.rule_key not in rules:
            found.append(_Leaving(period, "the policy was changed, or another one holds now"))
        else:
            open_ones[period.rule_key] = period
    for key, rule in rules.items():
        stored = open_ones.get(key)
        since = stored.entered_at if stored is not None else None
        standing = standing_of(rule=rule, readings=readings, since=since, now=now)
        if standing.is_in_force and stored is None and policy is not None:
            found.append(_Entering(policy, rule, standing.reason))
        elif not standing.is_in_force and stored is not None:
            found.append(_Leaving(stored, standing.reason))
    return found


def _enter(service: Service, policy: Policy, rule: Rule, reason: str, now: datetime) -> None:
    period = PolicyPeriod(
        service=service,
        policy_id=policy.id,
        policy_title=policy.title,
        version=policy.version,
        rule_key=rule.key,
        rule_words=words_of(rule)[:_WORDS_MAX],
        action=rule.action.value,
        entered_at=now,
        entered_reason=reason[:_REASON_MAX],
    )
    period.save(force_insert=True)
    _emit(ENTERED, period, reason, now)
    tell_period(period=period, kind=GateNotice.Kind.ENTERED, now=now)


def _leave(service: Service, period: PolicyPeriod, reason: str, now: datetime) -> None:
    period.service = service
    period.left_at, period.left_reason = max(now, period.entered_at), reason[:_REASON_MAX]
    period.save(update_fields=("left_at", "left_reason"))
    _emit(LEFT, period, reason, now)
    tell_period(period=period, kind=GateNotice.Kind.LEFT, now=now)


def _emit(kind: str, period: PolicyPeriod, reason: str, now: datetime) -> None:
    payload = {
        "period_id": period.pk,
        "service_id": period.service_id,
        "service": period.service.name,
        "policy_id": period.policy_id,
        "policy": period.policy_title,
        "version": period.version,
        "action": period.action,
        "rule": period.rule_key,
        "reason": reason,
    }
    facts.emit(kind=kind, payload=payload, now=now, team_id=period.service.team_id)


def services_of_slo(*, slo_id: int) -> list[int]:
    """The service of an objective whose state changed, when a policy may hold for it."""
    wanted = Q(team__budget_policies__is_team_default=True) | Q(policy_choice__policy__isnull=False)
    found = Service.objects.filter(wanted, slos__pk=slo_id).order_by("pk").distinct()
    return list(found.values_list("pk", flat=True))
