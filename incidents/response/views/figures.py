"""How long it takes to notice, to answer and to mend; how often people are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.response.charts.figures import trend_chart
from incidents.response.domain.figures import Durations, Figures
from incidents.response.domain.severity import Severity
from incidents.response.selectors.figures import Group, GroupBy, Slice, figures, grouped, over_time
from incidents.response.selectors.incidents import IncidentFilters
from incidents.response.selectors.pages_per_person import PersonCalls, pages_per_person
from incidents.response.views.query import TEXT_MAX, number
from incidents.response.views.rows import SEVERITY_CHOICES
from reliability.access.domain.caller import Caller
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import check_names, list_services
from reliability.kit.durations import humanize_duration
from reliability.kit.periods import Period
from reliability.web.timerange import TimeRange

DEFAULT_RANGE = "90d"
GROUPS_MAX = 50
SLICES = 30
_GROUPINGS = (GroupBy.SEVERITY, GroupBy.SERVICE, GroupBy.TEAM)
_STEPS = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 7 * 24, 28 * 24, 91 * 24))


@dataclass(frozen=True, slots=True)
class FiguresQuery:
    """A severity that there is not is dropped."""

    team: str = ""
    service: str = ""
    severity: int | None = None

    @classmethod
    def of(cls, request: AccessRequest) -> FiguresQuery:
        """Raises NotFound for a team or service that is not readable."""
        severity = number(request.GET.get("severity", ""))
        team, service = (request.GET.get(name, "")[:TEXT_MAX].replace("\0", "") for name in ("team", "service"))
        check_names(caller=request.caller, team_slug=team, service_name=service)
        return cls(team=team, service=service, severity=severity if severity in set(Severity) else None)

    @property
    def is_filtered(self) -> bool:
        return self != FiguresQuery()

    def filters(self, period: Period) -> IncidentFilters:
        severities = (Severity(self.severity),) if self.severity is not None else ()
        return IncidentFilters(team_slug=self.team, service_name=self.service, severities=severities, detected=period)


@dataclass(frozen=True, slots=True)
class FigureView:
    """note: what is left out of it. definition: what is measured."""

    slug: str
    short: str
    name: str
    durations: Durations
    definition: str
    note: str = ""


@require_safe
def incident_figures(request: AccessRequest) -> HttpResponse:
    """The range, team, service and severity come from the address."""
    now = timezone.now()
    time_range = TimeRange.from_request(request, now=now, default=DEFAULT_RANGE)
    query = FiguresQuery.of(request)
    filters = query.filters(time_range.period)
    found = figures(caller=request.caller, filters=filters)
    slices = over_time(
        caller=request.caller,
        filters=replace(filters, detected=None),
        period=time_range.period,
        step=_step(time_range.period),
    )
    context: dict[str, Any] = {
        "query": query,
        "time_range": time_range,
        "found": found,
        "figures": figure_views(found),
        "chart": _chart(slices, time_range.period),
        "groups": [(by.value, _groups(request.caller, filters, by)) for by in _GROUPINGS],
        "pages": _pages(request.caller, time_range.period, query.team),
        "kept_range": [(name, request.GET[name]) for name in ("range", "from", "to", "tz") if request.GET.get(name)],
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        "severities": SEVERITY_CHOICES,
    }
    return render(request, "response/figures.html", context)


def _groups(caller: Caller, filters: IncidentFilters, by: GroupBy) -> list[Group]:
    """Severities from the worst, all else from the most incidents."""
    found = grouped(caller=caller, filters=filters, by=by)[:GROUPS_MAX]
    return sorted(found, key=lambda group: group.slug) if by is GroupBy.SEVERITY else found


def figure_views(found: Figures) -> list[FigureView]:
    """Each with its definition and what it leaves out."""
    never = _left_out(found.never_acknowledged, "never acknowledged by a person")
    waiting = _left_out(found.open_unacknowledged, "still waiting")
    still_open = _left_out(found.open, "still open")
    acked = ", ".join(part for part in (never, waiting) if part)
    return [
        FigureView(
            "mttd", "MTTD", "time to detect", found.mttd,
            "From when users began to notice to when we knew.",
        ),
        FigureView(
            "mtta", "MTTA", "time to acknowledge", found.mtta,
            "From detection to the first acknowledgement by a person; machines do not count.",
            f"Left out: {acked}." if acked else "",
        ),
        FigureView(
            "mttr", "MTTR", "time to restore, from the start", found.mttr_from_start,
            "From when users began to notice to resolved.",
            f"Left out: {still_open}." if still_open else "",
        ),
        FigureView(
            "mttr-detected", "MTTR", "time to restore, from detection", found.mttr_from_detection,
            "From when we knew to resolved.",
            f"Left out: {still_open}." if still_open else "",
        ),
        FigureView(
            "mtbf", "MTBF", "time between failures", found.mtbf,
            "From the start of one incident to the start of the next; false positives do not count.",
        ),
    ]  # fmt: skip


def _left_out(count: int, words: str) -> str:
    return f"{count:,} {words}" if count else ""


def _step(period: Period) -> timedelta:
    """The shortest readable step that makes no more than SLICES slices."""
    return next((step for step in _STEPS if period.length / step <= SLICES), _STEPS[-1])


def _chart(slices: Sequence[Slice], period: Period) -> Any:
    starts: list[datetime] = [one.period.start for one in slices]
    medians = [
        ("MTTA", [one.figures.mtta.median for one in slices]),
        ("MTTR from the start", [one.figures.mttr_from_start.median for one in slices]),
        ("MTTD", [one.figures.mttd.median for one in slices]),
    ]
    step = humanize_duration(slices[0].period.length) if slices else ""
    return trend_chart(
        starts=starts,
        counts=[one.figures.n for one in slices],
        medians=medians,
        period=period,
        note=f"Medians of the incidents detected in slices of {step}; a gap is a slice without any.",
    )


def _pages(caller: Caller, period: Period, team: str) -> list[PersonCalls]:
    return pages_per_person(caller=caller, period=period, team_slug=team)
