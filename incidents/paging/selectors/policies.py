"""Reading escalation policies: as far as a caller may see them, and which one holds for an incident."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, Q, QuerySet

from incidents.paging.models import EscalationPolicy, PolicyStep, ServicePolicy, StepTarget
from reliability.access.domain.caller import Caller
from reliability.web.errors import NotFound


def policy_for(*, team_id: int, service_id: int | None) -> EscalationPolicy | None:
    """The policy for incidents of the service, else the team's default, else None."""
    if service_id is not None:
        chosen = ServicePolicy.objects.select_related("policy").filter(service_id=service_id).first()
        if chosen is not None:
            return chosen.policy
    return EscalationPolicy.objects.filter(team_id=team_id, is_team_default=True).first()


def policy_named(*, team_id: int, names: Sequence[str]) -> EscalationPolicy | None:
    """The first of *names* that is the slug of a policy which the members of the team may read."""
    readable = EscalationPolicy.objects.filter(Q(team_id=team_id) | Q(team__is_private=False), slug__in=names)
    found = {policy.slug: policy for policy in readable} if names else {}
    return next((found[name] for name in names if name in found), None)


def list_policies(*, caller: Caller, text: str = "", team: str = "") -> QuerySet[EscalationPolicy]:
    """The readable policies with team, steps and targets at hand, by title; each argument given narrows them."""
    policies: QuerySet[EscalationPolicy] = EscalationPolicy.objects.readable_by(caller)
    for word in text.split()[:8]:
        policies = policies.filter(Q(slug__icontains=word) | Q(title__icontains=word) | Q(description__icontains=word))
    if team:
        policies = policies.filter(team__slug=team)
    return with_steps(policies).order_by("title", "slug", "pk")


def policy(*, caller: Caller, slug: str) -> EscalationPolicy:
    """One readable policy with everything at hand. Raises NotFound, for private ones of other teams, too."""
    readable: QuerySet[EscalationPolicy] = EscalationPolicy.objects.readable_by(caller)
    found = with_steps(readable).filter(slug=slug).first()
    if found is None:
        raise NotFound(f"there is no escalation policy {slug!r}, or it is not yours to see")
    return found


def with_steps(policies: QuerySet[EscalationPolicy]) -> QuerySet[EscalationPolicy]:
    """With team, steps, targets and services at hand: four more queries for any number of policies."""
    services = ServicePolicy.objects.select_related("service").order_by("service__title", "pk")
    return with_targets(policies).select_related("team").prefetch_related(Prefetch("services", queryset=services))


def with_targets(policies: QuerySet[EscalationPolicy]) -> QuerySet[EscalationPolicy]:
    """With steps and targets at hand, which is what paging needs."""
    targets = StepTarget.objects.select_related("user", "schedule", "team", "channel").order_by("position", "pk")
    steps = PolicyStep.objects.prefetch_related(Prefetch("targets", queryset=targets)).order_by("position", "pk")
    return policies.prefetch_related(Prefetch("steps", queryset=steps))
