"""Vulnerabilities as lists, in the order of what to do next, and single ones."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from chaos.backlog.domain.ordering import TIER_OF_NONE
from chaos.backlog.domain.states import CLOSED, State
from chaos.backlog.models import Vulnerability, VulnerabilityNote
from chaos.experiments.models import Experiment
from chaos.runs.domain.states import OPEN, Mode
from chaos.runs.models import Run
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.errors import NotFound


@dataclass(frozen=True, slots=True)
class VulnerabilityFilters:
    """Empty fields do not filter. state: of State, or "live": all that something can be done about."""

    text: str = ""
    team_slug: str = ""
    service_name: str = ""
    layer: str = ""
    state: str = ""
    origin: str = ""


def list_vulnerabilities(*, caller: Caller, filters: VulnerabilityFilters | None = None) -> QuerySet[Vulnerability]:
    """Readable ones, what pays back soonest first, with team and service; closed ones behind all others.

    Ties: the more important tier, then the older one, then the lower number.
    """
    wanted = filters or VulnerabilityFilters()
    found: QuerySet[Vulnerability] = Vulnerability.objects.readable_by(caller).select_related("team", "service")
    for word in wanted.text.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(hypothesis__icontains=word))
    given = {
        "team__slug": wanted.team_slug,
        "layer": wanted.layer,
        "origin": wanted.origin,
        "state": "" if wanted.state == "live" else wanted.state,
    }
    found = found.filter(**{name: value for name, value in given.items() if value})
    if wanted.service_name:
        found = found.filter(service__in=Service.objects.readable_by(caller).filter(name=wanted.service_name))
    closed = [one.value for one in CLOSED]
    if wanted.state == "live":
        found = found.exclude(state__in=closed)
    is_closed = Case(When(state__in=closed, then=Value(1)), default=Value(0), output_field=IntegerField())
    tier = Coalesce(F("service__tier"), Value(TIER_OF_NONE))
    return found.annotate(is_closed=is_closed, tier=tier).order_by("is_closed", "-payback", "tier", "created_at", "pk")


def vulnerability(*, caller: Caller, pk: int) -> Vulnerability:
    """One readable vulnerability with team and service. Raises NotFound, for private ones of other teams, too."""
    readable: QuerySet[Vulnerability] = Vulnerability.objects.readable_by(caller).select_related("team", "service")
    found = readable.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotFound(f"there is no vulnerability {pk}, or it is not yours to see")
    return found


def experiments_of(*, caller: Caller, vulnerability: Vulnerability) -> QuerySet[Experiment]:
    """Those that try it, by title, as far as the caller may see them: one may have gone to another team since."""
    readable: QuerySet[Experiment] = Experiment.objects.readable_by(caller)
    return readable.filter(vulnerabilities=vulnerability).select_related("team").order_by("title", "pk")


def under_way(*, caller: Caller, vulnerability: Vulnerability) -> QuerySet[Run]:
    """Open runs of the experiments that try it, as far as the caller may see them, with the experiment, newest first.

    A dry run is none of them: it says nothing of the fear.
    """
    found: QuerySet[Run] = Run.objects.readable_by(caller)
    of_it = found.filter(team_id=vulnerability.team_id, experiment__vulnerabilities=vulnerability)
    wanted = of_it.filter(state__in=OPEN, mode=Mode.REAL)
    return wanted.select_related("experiment").defer("journal").order_by("-not_before", "-pk")


def linkable(*, vulnerability: Vulnerability) -> QuerySet[Experiment]:
    """Experiments of its team that do not try it yet: those of its service and layer first."""
    found = Experiment.objects.filter(team_id=vulnerability.team_id, is_archived=False)
    fits = Case(
        When(service_id=vulnerability.service_id, layer=vulnerability.layer, then=Value(0)),
        When(service_id=vulnerability.service_id, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    linked = vulnerability.experiments.values("pk")
    rest: QuerySet[Experiment] = found.exclude(pk__in=linked)
    return rest.annotate(fits=fits).order_by("fits", "title", "pk")


def history_of(*, vulnerability: Vulnerability) -> QuerySet[VulnerabilityNote]:
    """The newest first, with the runs."""
    return vulnerability.notes.select_related("run").defer("run__journal").order_by("-at", "-pk")


def counts_by_state(*, caller: Caller, filters: VulnerabilityFilters) -> dict[State, int]:
    """How many there are in each state, whatever state the filters name."""
    stateless = VulnerabilityFilters(
        **{name: getattr(filters, name) for name in ("text", "team_slug", "service_name", "layer", "origin")}
    )
    rows = list_vulnerabilities(caller=caller, filters=stateless).order_by().values("state").annotate(n=Count("pk"))
    found = {row["state"]: row["n"] for row in rows}
    return {state: found.get(state.value, 0) for state in State}
