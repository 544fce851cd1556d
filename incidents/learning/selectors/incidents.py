"""The incidents of a period and of those before it, with their figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from incidents.learning.domain.failures import time_to_failure
from incidents.learning.domain.periods import ReviewPeriod
from incidents.learning.domain.shown import OfPeriod
from incidents.response.domain.figures import Marks, figures_of
from incidents.response.domain.severity import Severity
from incidents.response.models import ImpactedService, Incident
from incidents.response.selectors.figures import marks_of
from incidents.response.selectors.incidents import IncidentFilters, list_incidents
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.kit.periods import Period

TREND_PERIODS = 6
# Of six quarters: beyond that a review is of the newest, and says so.
INCIDENTS_MAX = 20_000
SERVICES_MAX = 50
_COLUMNS = (
    "team", "title", "severity", "started_at", "detected_at", "acknowledged_at", "resolved_at", "close_reason",
    "merged_into",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """An incident of two services counts for both."""

    service: Service
    incidents: int
    before: int


@dataclass(frozen=True, slots=True)
class IncidentsRead:
    """trend: the oldest first, the last one is the period itself. found: its incidents, the worst first."""

    trend: list[OfPeriod]
    found: list[Incident]
    services: list[ServiceCount]
    is_cut_off: bool

    @property
    def now(self) -> OfPeriod:
        return self.trend[-1]

    @property
    def before(self) -> OfPeriod:
        return self.trend[-2]


def incidents_read(*, caller: Caller, review: ReviewPeriod, team_slug: str, service_name: str) -> IncidentsRead:
    """Detected in each period. Three queries, however many there are."""
    reviews = [review.shifted(step) for step in range(1 - TREND_PERIODS, 1)]
    whole = Period(reviews[0].period.start, review.period.end)
    filters = IncidentFilters(team_slug=team_slug, service_name=service_name, detected=whole)
    rows = list_incidents(caller=caller, filters=filters).prefetch_related(None).select_related(None)
    newest = list(rows.only(*_COLUMNS).order_by("-detected_at", "-pk")[: INCIDENTS_MAX + 1])
    of_review: dict[ReviewPeriod, list[tuple[Incident, Marks]]] = defaultdict(list)
    for incident in newest[:INCIDENTS_MAX]:
        of_review[_review_of(reviews, incident)].append((incident, marks_of(incident)))
    found = [incident for incident, marks in of_review[review] if not marks.is_duplicate]
    before = [incident for incident, marks in of_review[reviews[-2]] if not marks.is_duplicate]
    return IncidentsRead(
        trend=[_of(one, of_review[one]) for one in reviews],
        found=sorted(found, key=lambda one: (one.severity, one.detected_at, one.pk)),
        services=_services(caller, found, before),
        is_cut_off=len(newest) > INCIDENTS_MAX,
    )


def _review_of(reviews: Sequence[ReviewPeriod], incident: Incident) -> ReviewPeriod:
    return next(one for one in reversed(reviews) if one.period.start <= incident.detected_at)


def _of(review: ReviewPeriod, rows: Sequence[tuple[Incident, Marks]]) -> OfPeriod:
    marks = [one for _, one in rows]
    counted = Counter(incident.severity for incident, one in rows if not one.is_duplicate)
    return OfPeriod(
        review=review,
        figures=figures_of(marks),
        mttf=time_to_failure(marks),
        by_severity={severity: counted[severity.value] for severity in Severity},
    )


def _services(caller: Caller, found: Sequence[Incident], before: Sequence[Incident]) -> list[ServiceCount]:
    """The most touched first."""
    now_ids, before_ids = {one.pk for one in found}, {one.pk for one in before}
    both = [one.detected_at for one in (*found, *before)]
    if not both:
        return []
    named = ImpactedService.objects.filter(
        service__in=Service.objects.readable_by(caller),
        incident__detected_at__gte=min(both),
        incident__detected_at__lte=max(both),
    )
    now: Counter[int] = Counter()
    past: Counter[int] = Counter()
    for incident_id, service_id in named.order_by().values_list("incident_id", "service_id"):
        now[service_id] += incident_id in now_ids
        past[service_id] += incident_id in before_ids
    services = Service.objects.in_bulk([pk for pk, _ in (now + past).most_common(SERVICES_MAX * 2)])
    rows = [ServiceCount(one, now[pk], past[pk]) for pk, one in services.items()]
    return sorted(rows, key=lambda row: (-row.incidents, -row.before, row.service.title, row.service.pk))[:SERVICES_MAX]
