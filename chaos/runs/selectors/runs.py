"""Runs as lists and single ones, as far as a caller may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from chaos.runs.domain.states import OPEN, Mode, State, Verdict
from chaos.runs.models import Run
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.catalog.models import Service
from reliability.kit.periods import Period
from reliability.web.errors import NotFound
from slo.models import Slo

_NAMING_OTHERS = 4  # of the runs that name objectives, most name others: SQLite cannot look into the list


@dataclass(frozen=True, slots=True)
class RunFilters:
    """What to list; empty fields do not filter. requested: when it was asked for. text: words of the experiment."""

    team_slug: str = ""
    service_name: str = ""
    experiment_slug: str = ""
    states: tuple[State, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    mode: Mode | None = None
    origin: str = ""
    requested: Period | None = None
    text: str = ""


def list_runs(*, caller: Caller, filters: RunFilters | None = None) -> QuerySet[Run]:
    """Readable runs, the newest first, with team, experiment, version and service at hand and without journals."""
    wanted = filters or RunFilters()
    found = _joined(caller).defer("journal", "version__document", "version__text")
    found = found.filter(**_equal(wanted))
    if wanted.service_name:
        found = found.filter(service__in=Service.objects.readable_by(caller).filter(name=wanted.service_name))
    if wanted.states:
        found = found.filter(state__in=[one.value for one in wanted.states])
    if wanted.verdicts:
        found = found.filter(verdict__in=[one.value for one in wanted.verdicts])
    if wanted.requested is not None:
        found = found.filter(requested_at__gte=wanted.requested.start, requested_at__lt=wanted.requested.end)
    for word in wanted.text.split()[:8]:
        found = found.filter(Q(experiment__title__icontains=word) | Q(experiment__slug__icontains=word))
    return found.order_by("-requested_at", "-pk")


def open_runs(*, caller: Caller) -> QuerySet[Run]:
    """Those that wait or are under way, the next first."""
    found = list_runs(caller=caller, filters=RunFilters(states=tuple(OPEN)))
    return found.order_by("not_before", "pk")


def run(*, caller: Caller, run_id: int) -> Run:
    """One readable run with everything at hand. Raises NotFound, for those of private teams of others, too."""
    found: Run | None = _joined(caller).filter(pk=run_id).first() if run_id < 2**63 else None
    if found is None:
        raise NotFound(f"there is no run {run_id}, or it is not yours to see")
    return found


def slos_of(*, caller: Caller, run: Run) -> QuerySet[Slo]:
    """The watched objectives that the caller may see."""
    watched = Q(pk__in=run.watched_slo_ids)
    if not run.watched_slo_ids:
        watched = Q(service_id=run.service_id) if run.service_id is not None else Q(pk__in=())
    readable: QuerySet[Slo] = Slo.objects.readable_by(caller)
    return readable.filter(watched).order_by("name", "pk")


def visible_service(*, caller: Caller, run: Run) -> Service | None:
    return visible(caller=caller, related=run.service)


def ended_between(*, caller: Caller, period: Period) -> QuerySet[Run]:
    """Runs with a fault in *period*, for marks on charts and calendars: by time of their fault."""
    found = _joined(caller).defer("journal", "version__document", "version__text")
    began = found.filter(fault_began_at__lt=period.end)
    return began.filter(Q(fault_ended_at=None) | Q(fault_ended_at__gt=period.start)).order_by("fault_began_at", "pk")


def faults_under(*, caller: Caller, slo: Slo, period: Period, limit: int) -> list[Run]:
    """Readable runs whose faults touched *period* while the objective was watched, the newest *limit*. One query.

    Those that name objectives must name this one; the others watch all of their service, if the caller may see it.
    """
    service = visible(caller=caller, related=slo.service)
    wanted = ~Q(watched_slo_ids=[])
    if service is not None:
        wanted |= Q(service_id=service.pk)
    found = ended_between(caller=caller, period=period).filter(wanted).order_by("-fault_began_at", "-pk")
    return [run for run in found[: limit * _NAMING_OTHERS] if _is_under(run, slo)][:limit]


def faults_of(*, slo: Slo, period: Period, limit: int) -> list[Run]:
    """As `faults_under`, whoever asks: for sums that are the same for everyone, never for showing. One query."""
    wanted = ~Q(watched_slo_ids=[])
    if slo.service_id is not None:
        wanted |= Q(service_id=slo.service_id)
    touching = Q(fault_ended_at=None) | Q(fault_ended_at__gt=period.start) | Q(steady_again_at__gt=period.start)
    found = Run.objects.filter(touching, wanted, fault_began_at__lt=period.end).defer("journal")
    newest = found.select_related("experiment", "service").order_by("-fault_began_at", "-pk")
    return [run for run in newest[: limit * _NAMING_OTHERS] if _is_under(run, slo)][:limit]


def _is_under(run: Run, slo: Slo) -> bool:
    return slo.pk in run.watched_slo_ids if run.watched_slo_ids else run.service_id == slo.service_id


def since(*, run: Run, now: datetime) -> float:
    """Seconds that the run has taken, from its start to its end or now; 0 before it began."""
    if run.started_at is None:
        return 0.0
    return max(((run.ended_at or now) - run.started_at).total_seconds(), 0.0)


def _joined(caller: Caller) -> QuerySet[Run]:
    readable: QuerySet[Run] = Run.objects.readable_by(caller)
    return readable.select_related("team", "experiment", "version", "service", "service__team")


def _equal(wanted: RunFilters) -> dict[str, object]:
    given = {
        "team__slug": wanted.team_slug,
        "experiment__slug": wanted.experiment_slug,
        "origin": wanted.origin,
        "mode": wanted.mode.value if wanted.mode else "",
    }
    return {name: value for name, value in given.items() if value}
