"""The coverage map: services × layers, and what was tried of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from chaos.backlog.domain.coverage import ANSWERS, Cell, Tried
from chaos.experiments.models import Experiment
from chaos.runs.coming import coming_of
from chaos.runs.domain.states import Mode, State, Verdict
from chaos.runs.models import Run
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Layer, Service
from reliability.catalog.selectors.services import list_services

LAYERS: tuple[str, ...] = tuple(layer.value for layer in Layer)
_PIECE = 500  # services at once in a query: SQLite bounds how many values a statement names


@dataclass(frozen=True, slots=True)
class LayerCell:
    layer: str
    cell: Cell
    tried: Tried


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """cells: one for each layer, from the widest blast radius to the narrowest."""

    service: Service
    cells: Sequence[LayerCell]

    @property
    def tried_count(self) -> int:
        return sum(one.cell.is_tried for one in self.cells)


@dataclass(frozen=True, slots=True)
class Totals:
    """cells: services × layers. tried: answered within the days. ever: answered at all."""

    services: int
    cells: int
    tried: int
    ever: int
    days: int

    @property
    def stale(self) -> int:
        return self.ever - self.tried

    @property
    def unanswered(self) -> int:
        return self.cells - self.ever


@dataclass(slots=True)
class _Figures:
    runs: int = 0
    verdict: Verdict | None = None
    answered_at: datetime | None = None
    next_at: datetime | None = None
    experiments: int = 0

    def as_tried(self) -> Tried:
        return Tried(self.runs, self.verdict, self.answered_at, self.next_at, self.experiments)


def stale_after() -> timedelta:
    return timedelta(days=settings.CHAOS_COVERAGE_DAYS)


def services_to_cover(
    *, caller: Caller, text: str = "", team: str = "", tier: int | None = None, now: datetime
) -> QuerySet[Service]:
    """Readable services by tier, in it those with the fewest layers tried lately first, then by name."""
    lately = (
        _answered(caller)
        .filter(ended_at__gt=now - stale_after(), service=OuterRef("pk"))
        .order_by()
        .values("service")
        .annotate(layers=Count("experiment__layer", distinct=True))
        .values("layers")
    )
    found = list_services(caller=caller, text=text, team=team, tier=tier)
    return found.annotate(layers_tried=Coalesce(Subquery(lately), 0)).order_by("tier", "layers_tried", "name", "pk")


def rows_of(*, caller: Caller, services: Sequence[Service], now: datetime) -> list[ServiceRow]:
    """The cells of each service, by what the caller may see, in the order given. A fixed number of queries."""
    figures = _figures(caller, [one.pk for one in services], now)
    empty = _Figures()
    rows = []
    for service in services:
        cells = []
        for layer in LAYERS:
            tried = figures.get((service.pk, layer), empty).as_tried()
            cells.append(LayerCell(layer, tried.cell(now=now, stale_after=stale_after()), tried))
        rows.append(ServiceRow(service, cells))
    return rows


def all_rows(*, caller: Caller, services: QuerySet[Service], now: datetime) -> Iterator[ServiceRow]:
    """Of every service, in pieces: for files."""
    offset = 0
    while piece := list(services[offset : offset + _PIECE]):
        yield from rows_of(caller=caller, services=piece, now=now)
        offset += _PIECE


def totals_of(*, caller: Caller, services: QuerySet[Service], now: datetime) -> Totals:
    """Over all of *services*, not a page of them. Two queries."""
    answered = _answered(caller).filter(service__in=services.order_by().values("pk"))
    rows = answered.order_by().values("service_id", "experiment__layer").annotate(last=Max("ended_at"))
    last = list(rows.values_list("last", flat=True))
    count = services.order_by().count()
    return Totals(
        services=count,
        cells=count * len(LAYERS),
        tried=sum(at > now - stale_after() for at in last),
        ever=len(last),
        days=settings.CHAOS_COVERAGE_DAYS,
    )


def _figures(caller: Caller, service_ids: Sequence[int], now: datetime) -> dict[tuple[int, str], _Figures]:
    """By service and layer; four queries, and those of the rooms that know of coming runs."""
    found: dict[tuple[int, str], _Figures] = defaultdict(_Figures)
    place = ("service_id", "experiment__layer")
    begun = _real(caller).filter(service_id__in=service_ids, started_at__isnull=False).order_by()
    for service_id, layer, runs in begun.values(*place).annotate(n=Count("pk")).values_list(*place, "n"):
        found[service_id, layer].runs = runs
    newest = Window(
        RowNumber(), partition_by=[F(name) for name in place], order_by=[F("ended_at").desc(), F("pk").desc()]
    )
    answers = _answered(caller).filter(service_id__in=service_ids).order_by().annotate(row=newest).filter(row=1)
    for service_id, layer, verdict, at in answers.values_list(*place, "verdict", "ended_at"):
        figures = found[service_id, layer]
        figures.verdict, figures.answered_at = Verdict(verdict), at
    experiments = Experiment.objects.readable_by(caller).filter(service_id__in=service_ids, is_archived=False)
    of = {pk: (service_id, layer) for pk, service_id, layer in experiments.values_list("pk", "service_id", "layer")}
    for spot in of.values():
        found[spot].experiments += 1
    for experiment_id, at in coming_of(experiment_ids=of, now=now).items():
        figures = found[of[experiment_id]]
        figures.next_at = at if figures.next_at is None else min(at, figures.next_at)
    return dict(found)


def _real(caller: Caller) -> QuerySet[Run]:
    runs: QuerySet[Run] = Run.objects.readable_by(caller).filter(mode=Mode.REAL, state=State.ENDED)
    return runs


def _answered(caller: Caller) -> QuerySet[Run]:
    return _real(caller).filter(verdict__in=[one.value for one in ANSWERS])
