"""Objectives as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Case, Count, F, IntegerField, OrderBy, Q, QuerySet, Value, When

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import NotFound
from slo.domain.status import State
from slo.models import Sli, Slo, SloVersion


class SloOrdering(StrEnum):
    """Orders of the list; each ends in the primary key. Objectives without the figure come last."""

    STATE = "state"  # worst first: breached, at risk, no data, met; then the least budget left
    REMAINING = "remaining"  # least budget left first
    BURN = "burn"  # fastest burn of the last hour first
    NAME = "name"


# Of objectives and composites, whose newest evaluation is their `status`.
RANKS = {State.BREACHED: 0, State.AT_RISK: 1, State.NO_DATA: 2, State.MET: 3}
RANK = Case(
    *(When(status__state=state.value, then=Value(rank)) for state, rank in RANKS.items()),
    default=Value(len(RANKS)),
    output_field=IntegerField(),
)
LEAST_LEFT = F("status__remaining").asc(nulls_last=True)
_ORDERS: dict[SloOrdering, tuple[OrderBy | str, ...]] = {
    SloOrdering.STATE: (RANK.asc(), LEAST_LEFT, "name", "pk"),
    SloOrdering.REMAINING: (LEAST_LEFT, "name", "pk"),
    SloOrdering.BURN: (F("status__burn_rate_1h").desc(nulls_last=True), "name", "pk"),
    SloOrdering.NAME: ("name", "pk"),
}


@dataclass(frozen=True, slots=True)
class SloFilters:
    """What to list; empty fields do not filter. text is looked for in name, title, description and service.

    Services and indicators that the caller may not see are found by no word of theirs.
    """

    team_ids: tuple[int, ...] = ()
    team_slug: str = ""
    service_name: str = ""
    sli_name: str = ""
    states: tuple[State, ...] = ()
    text: str = ""


def list_slos(
    *, caller: Caller, filters: SloFilters | None = None, ordering: SloOrdering = SloOrdering.STATE
) -> QuerySet[Slo]:
    """Readable objectives with team, service, sli, status and status.version joined: one query a page.

    `slo.status` is missing (Slo.status.RelatedObjectDoesNotExist) until the first evaluation, which creation does.
    """
    return _joined(_filtered(caller, filters or SloFilters())).order_by(*_ORDERS[ordering])


def by_service(*, caller: Caller, slos: QuerySet[Slo]) -> QuerySet[Slo]:
    """*slos* in the order of their services' titles, those without a visible one first; else as they were."""
    seen = Q(service__in=Service.objects.readable_by(caller))
    title = Case(When(seen, then=F("service__title")), default=Value(""))
    name = Case(When(seen, then=F("service__name")), default=Value(""))
    return slos.order_by(title, name, *slos.query.order_by)


def count_by_state(*, caller: Caller, filters: SloFilters | None = None) -> dict[State, int]:
    """How many readable objectives are in each state; every state has an entry. Not yet evaluated is no data."""
    counted = dict.fromkeys(State, 0)
    rows = _filtered(caller, filters or SloFilters()).order_by().values_list("status__state").annotate(Count("pk"))
    for state, count in rows:
        counted[State(state) if state else State.NO_DATA] += count
    return counted


def get_slo(*, caller: Caller, name: str) -> Slo:
    """The readable objective of this name, joined as in list_slos. Raises NotFound."""
    slo = _joined(_readable(caller)).filter(name=name).first()
    if slo is None:
        raise NotFound(f"there is no SLO {name!r}, or it is not yours to see")
    return slo


def versions_of(*, slo: Slo) -> list[SloVersion]:
    """All versions, newest effective_from first, each with its sli joined."""
    return list(SloVersion.objects.filter(slo=slo).select_related("sli").order_by("-effective_from", "-pk"))


def _readable(caller: Caller) -> QuerySet[Slo]:
    readable: QuerySet[Slo] = Slo.objects.readable_by(caller)
    return readable


def _joined(slos: QuerySet[Slo]) -> QuerySet[Slo]:
    return slos.select_related("team", "service", "sli", "sli__source", "status", "status__version")


def _filtered(caller: Caller, filters: SloFilters) -> QuerySet[Slo]:
    wanted = Q()
    services = Service.objects.readable_by(caller)
    if filters.team_ids:
        wanted &= Q(team_id__in=filters.team_ids)
    if filters.team_slug:
        wanted &= Q(team__slug=filters.team_slug)
    if filters.service_name:
        wanted &= Q(service__in=services.filter(name=filters.service_name))
    if filters.sli_name:
        wanted &= Q(sli__in=Sli.objects.readable_by(caller).filter(name=filters.sli_name))
    if filters.states:
        in_state = Q(status__state__in=[state.value for state in filters.states])
        if State.NO_DATA in filters.states:
            in_state |= Q(status__isnull=True)
        wanted &= in_state
    for word in filters.text.split()[:8]:
        wanted &= (
            Q(name__icontains=word)
            | Q(title__icontains=word)
            | Q(description__icontains=word)
            | Q(service__in=services.filter(Q(name__icontains=word) | Q(title__icontains=word)))
        )
    return _readable(caller).filter(wanted)
