"""Everything the gate knows of services at an instant, by a fixed number of queries, however many services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from reliability.catalog.models import Service
from reliability.gate.domain.budget_rules import Reading
from reliability.gate.domain.kinds import Heed
from reliability.gate.domain.reasons import Facts, Policy
from reliability.gate.models import BudgetPolicy, PolicyChoice, PolicyPeriod, TeamGate
from reliability.gate.selectors.elsewhere import reasons_elsewhere
from reliability.gate.selectors.windows import values_of, windows_that_may_hold
from slo.models import Slo
from slo.selectors.staleness import EVALUATED_WITHIN, MEASURED_WITHIN, PUSHED


def facts_of(*, services: Sequence[Service], at: datetime) -> dict[int, Facts]:
    """By service. Whoever shows them checks who may read the service, and each reason's teams."""
    team_ids = {one.team_id for one in services}
    gates = gates_of(team_ids=team_ids)
    policies = policies_of(services=services)
    readings = readings_of(services=services, at=at)
    since = open_since(services=services, policies=policies)
    rows = windows_that_may_hold(team_ids=team_ids, at=at)
    windows, urls = values_of(rows), {row.pk: reverse("gate-freeze", args=(row.pk,)) for row in rows}
    elsewhere = reasons_elsewhere(services=services, gates=gates, at=at)
    return {
        one.pk: Facts(
            service_id=one.pk,
            team_id=one.team_id,
            service_url=reverse("gate-service", args=(one.name,)),
            policy=policies.get(one.pk),
            readings=readings.get(one.pk, ()),
            since=since.get(one.pk, {}),
            windows=windows,
            window_urls=urls,
            elsewhere=elsewhere[one.pk],
            no_data=Heed(gates[one.team_id].no_data),
        )
        for one in services
    }


def gates_of(*, team_ids: Collection[int]) -> dict[int, TeamGate]:
    """By team: as somebody wrote it, or the defaults, not saved. One query."""
    found = {row.team_id: row for row in TeamGate.objects.filter(team_id__in=team_ids)}
    return {team_id: found.get(team_id) or TeamGate(team_id=team_id) for team_id in team_ids}


def policies_of(*, services: Iterable[Service]) -> dict[int, Policy]:
    """The policy that holds for each service that has one: chosen for it, else its team's default. Two queries."""
    known = list(services)
    defaults = {
        row.team_id: row
        for row in BudgetPolicy.objects.filter(is_team_default=True, team_id__in={one.team_id for one in known})
    }
    choices = {
        row.service_id: row
        for row in PolicyChoice.objects.filter(service_id__in=[one.pk for one in known]).select_related("policy")
    }
    found = {}
    for one in known:
        row = _policy_row(one, choices.get(one.pk), defaults.get(one.team_id))
        if row is not None:
            url = reverse("gate-policy", args=(row.pk,))
            found[one.pk] = Policy(row.pk, row.title, row.revision, url, row.terms)
    return found


def readings_of(*, services: Collection[Service], at: datetime) -> dict[int, list[Reading]]:
    """Objectives that the team of a service has on it: a policy is about what its team promised. One query."""
    teams = {one.pk: one.team_id for one in services}
    rows = Slo.objects.filter(service_id__in=teams).select_related("status", "sli__source").order_by("name", "pk")
    found: dict[int, list[Reading]] = defaultdict(list)
    for row in rows:
        if row.service_id is not None and row.team_id == teams[row.service_id]:
            found[row.service_id].append(_reading(row, at))
    return found


def open_since(*, services: Collection[Service], policies: Mapping[int, Policy]) -> dict[int, dict[str, datetime]]:
    """When each rule of the policy that holds came into force, where it is in force, by service. One query."""
    wanted = Q(service_id__in=[one.pk for one in services], left_at=None)
    rows = PolicyPeriod.objects.filter(wanted).values_list("service_id", "policy_id", "rule_key", "entered_at")
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    for service_id, policy_id, key, entered_at in rows.order_by():
        policy = policies.get(service_id)
        if policy is not None and policy.id == policy_id:
            found[service_id][key] = entered_at
    return found


def _policy_row(service: Service, choice: PolicyChoice | None, default: BudgetPolicy | None) -> BudgetPolicy | None:
    """A service that went to another team leaves its old team's policy behind."""
    if choice is None or (choice.policy is not None and choice.policy.team_id != service.team_id):
        return default
    return choice.policy


def _reading(row: Slo, at: datetime) -> Reading:
    status = getattr(row, "status", None)  # none before its first evaluation
    if status is None:
        return Reading(row.name, row.title, None, None)
    is_pushed = row.sli.source.kind == PUSHED
    is_unmeasured = status.measured_until is None or (not is_pushed and status.measured_until < at - MEASURED_WITHIN)
    return Reading(
        slo=row.name,
        title=row.title,
        budget_left=status.remaining,
        burn_rate_1h=status.burn_rate_1h,
        is_stale=is_unmeasured or status.evaluated_at < at - EVALUATED_WITHIN,
    )
