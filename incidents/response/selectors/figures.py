"""MTTD, MTTA, MTTR and MTBF of the incidents a caller may read. What they mean: incidents.response.domain.figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from django.db.models import QuerySet

from incidents.response.domain.figures import Durations, Figures, Marks, figures_of
from incidents.response.domain.phases import CloseReason
from incidents.response.domain.severity import Severity
from incidents.response.models import ImpactedService, Incident
from incidents.response.selectors.incidents import IncidentFilters, list_incidents
from reliability.access.domain.caller import Caller
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.kit.periods import Period

SLICES_MAX = 400
_COLUMNS = (
    "team", "severity", "started_at", "detected_at", "acknowledged_at", "resolved_at", "close_reason", "merged_into",
)  # fmt: skip


class GroupBy(StrEnum):
    TEAM = "team"
    SERVICE = "service"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True)
class Group:
    """slug: of the team or service, or the number of the severity. title: as people read it."""

    slug: str
    title: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Slice:
    period: Period
    figures: Figures


def figures(*, caller: Caller, filters: IncidentFilters) -> Figures:
    """Of the incidents that *filters* keep; give it the period in `detected`. One query."""
    return figures_of(marks for _, marks in _marks(caller, filters))


def grouped(*, caller: Caller, filters: IncidentFilters, by: GroupBy) -> list[Group]:
    """By team, service or severity, the most incidents first. An incident of two services counts for both."""
    rows = _marks(caller, filters)
    if by is GroupBy.SERVICE:
        return _by_service(caller, rows)
    if by is GroupBy.SEVERITY:
        groups = [(str(one.value), one.word, [m for i, m in rows if i.severity == one]) for one in Severity]
    else:
        teams = Team.objects.in_bulk({incident.team_id for incident, _ in rows})
        groups = [(team.slug, team.name, [m for i, m in rows if i.team_id == team.pk]) for team in teams.values()]
    return _sorted(Group(slug, title, figures_of(marks)) for slug, title, marks in groups if marks)


def over_time(*, caller: Caller, filters: IncidentFilters, period: Period, step: timedelta) -> list[Slice]:
    """Consecutive slices of *period*, each of the incidents detected in it; at most SLICES_MAX."""
    rows = _marks(caller, replace(filters, detected=period))
    step = max(step, period.length / SLICES_MAX)
    buckets: dict[int, list[Marks]] = defaultdict(list)
    for _, marks in rows:
        buckets[(marks.detected_at - period.start) // step].append(marks)
    return [Slice(part, figures_of(buckets[index])) for index, part in enumerate(period.split(step))]


def mttd(*, caller: Caller, filters: IncidentFilters) -> Durations:
    """Started to detected."""
    return figures(caller=caller, filters=filters).mttd


def mtta(*, caller: Caller, filters: IncidentFilters) -> Durations:
    """Detected to the first acknowledgement by a human; never acknowledged ones are left out."""
    return figures(caller=caller, filters=filters).mtta


def mttr(*, caller: Caller, filters: IncidentFilters) -> Durations:
    """Started to resolved."""
    return figures(caller=caller, filters=filters).mttr_from_start


def _marks(caller: Caller, filters: IncidentFilters) -> list[tuple[Incident, Marks]]:
    found: QuerySet[Incident] = list_incidents(caller=caller, filters=filters)
    needed = found.prefetch_related(None).select_related(None).only(*_COLUMNS).order_by("detected_at", "pk")
    return [(incident, marks_of(incident)) for incident in needed.iterator(chunk_size=2000)]


def marks_of(incident: Incident) -> Marks:
    """What a stored incident gives to the figures."""
    return Marks(
        started_at=incident.started_at,
        detected_at=incident.detected_at,
        acknowledged_at=incident.acknowledged_at,
        resolved_at=incident.resolved_at,
        is_false_positive=incident.close_reason == CloseReason.FALSE_POSITIVE,
        is_duplicate=incident.merged_into_id is not None or incident.close_reason == CloseReason.DUPLICATE,
    )


def _by_service(caller: Caller, rows: list[tuple[Incident, Marks]]) -> list[Group]:
    marks = {incident.pk: one for incident, one in rows}
    of_service: dict[int, list[Marks]] = defaultdict(list)
    named = ImpactedService.objects.filter(service__in=Service.objects.readable_by(caller)).order_by("pk")
    for incident_id, service_id in named.values_list("incident_id", "service_id").iterator(chunk_size=2000):
        if incident_id in marks:
            of_service[service_id].append(marks[incident_id])
    services = Service.objects.in_bulk(of_service)
    return _sorted(Group(service.name, service.title, figures_of(of_service[pk])) for pk, service in services.items())


def _sorted(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: (-group.figures.n, group.title, group.slug))
