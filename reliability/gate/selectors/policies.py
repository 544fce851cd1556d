"""Error-budget policies: lists, one of them, its versions, what is in force and was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.gate.models import BudgetPolicy, PolicyPeriod
from reliability.gate.selectors.facts import policies_of
from reliability.web.errors import NotFound
from slo.models import Slo

_ID_END = 2**63
_OPEN_FIRST = (F("left_at").desc(nulls_first=True),)


@dataclass(frozen=True, slots=True)
class Holds:
    """A service that a policy holds for. is_chosen: somebody chose it, else it is the team's default."""

    service: Service
    is_chosen: bool


def list_policies(*, caller: Caller, team: str = "") -> QuerySet[BudgetPolicy]:
    """Readable ones with team, and `in_force`: how many of their rules are in force on services."""
    found: QuerySet[BudgetPolicy] = BudgetPolicy.objects.readable_by(caller).select_related("team")
    if team:
        found = found.filter(team__slug=team)
    open_ones = Count("periods", filter=Q(periods__left_at=None))
    return found.annotate(in_force=open_ones).order_by("team__name", "-is_team_default", "title", "pk")


def policy(*, caller: Caller, pk: int) -> BudgetPolicy:
    """One readable policy with its team. Raises NotFound."""
    rows: QuerySet[BudgetPolicy] = BudgetPolicy.objects.readable_by(caller).select_related("team")
    found = rows.filter(pk=min(pk, _ID_END - 1)).first()
    if found is None:
        raise NotFound(f"there is no error-budget policy {pk}, or it is not yours to see")
    return found


def services_under(*, policy: BudgetPolicy) -> list[Holds]:
    """Services of its team that it holds for, by title. Three queries."""
    rows = Service.objects.filter(team_id=policy.team_id).select_related("policy_choice").order_by("title", "pk")
    services = list(rows)
    holding = policies_of(services=services)
    return [
        Holds(one, is_chosen=getattr(one, "policy_choice", None) is not None)
        for one in services
        if (found := holding.get(one.pk)) is not None and found.id == policy.pk
    ]


def periods_of(*, policy: BudgetPolicy, caller: Caller) -> QuerySet[PolicyPeriod]:
    """Readable services on which its rules are or were in force, those still in force first, then the newest.

    A service that went to another team since may be one that the reader of the policy must not know.
    """
    readable = policy.periods.filter(service__in=Service.objects.readable_by(caller))
    return readable.select_related("service").order_by(*_OPEN_FIRST, "-entered_at", "-pk")


def periods_of_service(*, service: Service, caller: Caller) -> QuerySet[PolicyPeriod]:
    """What is and was in force for a service that the caller may read, those still in force first; not by policies of
    a former team that keeps to itself."""
    known = Q(policy=None) | Q(policy__in=BudgetPolicy.objects.readable_by(caller))
    return service.policy_periods.filter(known).select_related("policy").order_by(*_OPEN_FIRST, "-entered_at", "-pk")


def names_of_objectives(*, team_id: int) -> Sequence[str]:
    """Objectives that a rule of the team may name."""
    rows = Slo.objects.filter(team_id=team_id, service__isnull=False)
    return list(rows.order_by("name").values_list("name", flat=True))


def is_review_due(*, review_on: date | None, today: date) -> bool:
    return review_on is not None and review_on <= today
