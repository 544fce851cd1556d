"""Composites as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import OrderBy

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import NotFound
from slo.domain.status import State
from slo.models import Composite, CompositePart, CompositeVersion
from slo.selectors.slos import LEAST_LEFT, RANK


@dataclass(frozen=True, slots=True)
class CompositeFilters:
    """What to list; empty fields do not filter. Services that the caller may not see are not found."""

    team_slug: str = ""
    service_name: str = ""
    text: str = ""
    state: State | None = None


class CompositeOrdering(StrEnum):
    """Orders of the list; each ends in the primary key. State and budget are those of the newest evaluation."""

    STATE = "state"  # worst first, then the least budget left
    REMAINING = "remaining"
    TITLE = "title"


_ORDERS: dict[CompositeOrdering, tuple[OrderBy | str, ...]] = {
    CompositeOrdering.STATE: (RANK.asc(), LEAST_LEFT, "title", "name", "pk"),
    CompositeOrdering.REMAINING: (LEAST_LEFT, "title", "name", "pk"),
    CompositeOrdering.TITLE: ("title", "name", "pk"),
}


def list_composites(
    *,
    caller: Caller,
    filters: CompositeFilters | None = None,
    ordering: CompositeOrdering = CompositeOrdering.TITLE,
) -> QuerySet[Composite]:
    """Readable composites, team and service joined. One that was not evaluated yet is without data."""
    filters = filters or CompositeFilters()
    wanted = Q()
    if filters.team_slug:
        wanted &= Q(team__slug=filters.team_slug)
    if filters.service_name:
        wanted &= Q(service__in=Service.objects.readable_by(caller).filter(name=filters.service_name))
    for word in filters.text.split()[:8]:
        wanted &= Q(name__icontains=word) | Q(title__icontains=word) | Q(description__icontains=word)
    if filters.state is not None:
        of_state = Q(status__state=filters.state.value)
        wanted &= of_state | Q(status=None) if filters.state is State.NO_DATA else of_state
    return _readable(caller).filter(wanted).order_by(*_ORDERS[ordering])


def get_composite(*, caller: Caller, name: str) -> Composite:
    """The readable composite of this name. Raises NotFound."""
    found = _readable(caller).filter(name=name).first()
    if found is None:
        raise NotFound(f"there is no composite {name!r}, or it is not yours to see")
    return found


def versions_of(*, composite: Composite) -> list[CompositeVersion]:
    """All versions, newest first, each with its parts and what they are."""
    rows = CompositeVersion.objects.filter(composite=composite).order_by("-effective_from", "-pk")
    return list(rows.prefetch_related("parts__slo", "parts__nested"))


def newest_versions(*, composite_ids: Iterable[int]) -> dict[int, CompositeVersion]:
    """The newest version of each, with its parts and what they are: four queries whatever their number."""
    rows = CompositeVersion.objects.filter(composite_id__in=list(composite_ids))
    joined = rows.prefetch_related("parts__slo", "parts__nested").order_by("composite_id", "effective_from", "pk")
    return {version.composite_id: version for version in joined}


def using(*, now: datetime, slo_id: int | None = None, composite_id: int | None = None) -> list[Composite]:
    """Composites that have the SLO or composite as a part now or from some instant on: those cannot do without it.

    Of everybody: for decisions, not for showing.
    """
    wanted = Q(slo_id=slo_id) if slo_id is not None else Q(nested_id=composite_id)
    over = CompositeVersion.objects.filter(
        composite=OuterRef("version__composite"),
        effective_from__gt=OuterRef("version__effective_from"),
        effective_from__lte=now,
    )
    parts = CompositePart.objects.filter(wanted).exclude(Exists(over.order_by())).select_related("version__composite")
    return list({part.version.composite_id: part.version.composite for part in parts.order_by("pk")}.values())


def _readable(caller: Caller) -> QuerySet[Composite]:
    readable: QuerySet[Composite] = Composite.objects.readable_by(caller)
    return readable.select_related("team", "service")
