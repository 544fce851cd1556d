"""Targets: what faults may be put into."""

from __future__ import annotations

import json

from django.db.models import Q, QuerySet

from chaos.experiments.models import Target
from chaos.injectors.protocol import Argument, Reach
from chaos.injectors.registry import injectors
from reliability.access.domain.caller import Caller
from reliability.access.services.vault import decrypt
from reliability.catalog.models import Service
from reliability.web.errors import NotFound


def list_targets(
    *, caller: Caller, text: str = "", team: str = "", service: str = "", kind: str = "", environment: str = ""
) -> QuerySet[Target]:
    """Readable targets with team and service, by title; each argument given narrows them."""
    found: QuerySet[Target] = Target.objects.readable_by(caller).select_related("team", "service")
    for word in text.split()[:8]:
        found = found.filter(Q(slug__icontains=word) | Q(title__icontains=word))
    if service:
        found = found.filter(service__in=Service.objects.readable_by(caller).filter(name=service))
    given = {"team__slug": team, "kind": kind, "environment": environment}
    return found.filter(**{name: value for name, value in given.items() if value}).order_by("title", "pk")


def target(*, caller: Caller, slug: str) -> Target:
    """One readable target with team and service. Raises NotFound, for private ones of other teams, too."""
    found: Target | None = (
        Target.objects.readable_by(caller).select_related("team", "service").filter(slug=slug[:63]).first()
    )
    if found is None:
        raise NotFound(f"there is no target {slug[:63]!r}, or it is not yours to see")
    return found


def kinds_of_team(*, team_id: int) -> dict[str, str]:
    """slug → kind of every target an experiment of the team may name; switched-off ones are left out."""
    return dict(nameable(team_id=team_id).order_by("slug", "pk").values_list("slug", "kind"))


def nameable(*, team_id: int) -> QuerySet[Target]:
    """Targets that are switched on. That of a service which went to another team since is nobody's to name."""
    found: QuerySet[Target] = Target.objects.filter(team_id=team_id, service__team_id=team_id, is_enabled=True)
    return found


def fields_of_kind(*, kind: str) -> list[Argument]:
    """What a target of that kind is made of: for a form. Raises KeyError."""
    return list(injectors()[kind].target_fields)


def secret_names(*, target: Target) -> list[str]:
    """Which secret fields of the target have a value. Raises VaultError."""
    return sorted(_opened(target))


def reach_of(*, target: Target) -> Reach:
    """The target as its injector needs it, secrets opened. Raises VaultError."""
    return Reach(slug=target.slug, config=dict(target.config), secrets=_opened(target))


def _opened(target: Target) -> dict[str, str]:
    if not target.sealed:
        return {}
    values: dict[str, str] = json.loads(decrypt(target.sealed))
    return values
