"""Contributing factors over many postmortems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from incidents.postmortems.domain.factors import Category
from incidents.postmortems.models import Factor, Postmortem
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.kit.periods import Period


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """factors: how many were named; postmortems: of how many incidents."""

    category: Category
    factors: int
    postmortems: int


def counts(
    *, caller: Caller, period: Period, team_ids: Sequence[int] = (), service_name: str = ""
) -> list[CategoryCount]:
    """By category, the most first, of readable postmortems whose incident began in *period*. One query."""
    readable = Postmortem.objects.readable_by(caller).filter(started_at__gte=period.start, started_at__lt=period.end)
    if team_ids:
        readable = readable.filter(team_id__in=team_ids)
    if service_name:
        services = Service.objects.readable_by(caller).filter(name=service_name)
        readable = readable.filter(pk__in=Postmortem.objects.filter(services__in=services).values("pk"))
    rows = Factor.objects.filter(postmortem__in=readable).order_by().values("category")
    counted = rows.annotate(n=Count("pk"), of=Count("postmortem", distinct=True))
    found = [CategoryCount(Category(row["category"]), row["n"], row["of"]) for row in counted]
    return sorted(found, key=lambda one: (-one.postmortems, -one.factors, one.category.value))
