"""Indicators as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reliability.access.domain.caller import Caller, Role, Scope
from reliability.catalog.models import Service
from reliability.telemetry.models import Source
from reliability.web.errors import NotFound
from slo.models import Sli, SliVersion, Slo


@dataclass(frozen=True, slots=True)
class SliFilters:
    """What to list; empty fields do not filter. Services and sources that the caller may not see are not found."""

    team_slug: str = ""
    service_name: str = ""
    source_name: str = ""
    text: str = ""


def list_slis(*, caller: Caller, filters: SliFilters | None = None) -> QuerySet[Sli]:
    """Readable indicators by name with team, service and source joined, annotated with `slo_count` (readable ones)."""
    filters = filters or SliFilters()
    wanted = Q()
    if filters.team_slug:
        wanted &= Q(team__slug=filters.team_slug)
    if filters.service_name:
        wanted &= Q(service__in=Service.objects.readable_by(caller).filter(name=filters.service_name))
    if filters.source_name:
        wanted &= Q(source__in=Source.objects.readable_by(caller).filter(name=filters.source_name))
    for word in filters.text.split()[:8]:
        wanted &= Q(name__icontains=word) | Q(title__icontains=word) | Q(description__icontains=word)
    return _joined(caller).filter(wanted).order_by("name", "pk")


def get_sli(*, caller: Caller, name: str) -> Sli:
    """The readable indicator of this name, joined as in list_slis. Raises NotFound."""
    sli = _joined(caller).filter(name=name).first()
    if sli is None:
        raise NotFound(f"there is no SLI {name!r}, or it is not yours to see")
    return sli


def versions_of(*, sli: Sli) -> list[SliVersion]:
    """All versions, newest first, each with its source joined."""
    return list(SliVersion.objects.filter(sli=sli).select_related("source").order_by("-effective_from", "-pk"))


def ids_by_name(*, caller: Caller, names: set[str]) -> dict[str, int]:
    """Ids of the pushed indicators of these names that *caller* may send counts into: an editor with scope intake."""
    pushable = Sli.objects.writable_by(caller, role=Role.EDITOR, scope=Scope.INTAKE)
    rows = pushable.filter(name__in=names, spec__kind="pushed").order_by("pk").values_list("name", "pk")
    return dict(rows)


def _joined(caller: Caller) -> QuerySet[Sli]:
    readable: QuerySet[Sli] = Sli.objects.readable_by(caller)
    seen = Slo.objects.readable_by(caller).filter(sli=OuterRef("pk"))
    users = seen.order_by().values("sli").annotate(count=Count("pk")).values("count")
    return readable.select_related("team", "service", "source").annotate(slo_count=Coalesce(Subquery(users), 0))
