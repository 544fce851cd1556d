"""Availability of one objective, and of all of them, in periods of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import readable_teams
from reliability.catalog.selectors.services import list_services
from reliability.web.errors import Invalid
from reliability.web.pagination import page_of
from reliability.web.spreadsheets import table_file
from reliability.web.templatetags.web import ratio_percent, raw
from reliability.web.zones import zone_of
from slo.charts.availability import Bar, nines_chart
from slo.domain.calendar_periods import CalendarPeriod, CalendarPeriodError, PeriodKind
from slo.models import Slo
from slo.selectors.availability import availability_of, availability_of_fleet
from slo.selectors.availability_rows import FILE_COLUMNS, CellView, cell_view, file_row
from slo.selectors.slos import SloFilters, SloOrdering, get_slo, list_slos

# So many of each kind are shown: about as far as minutes are kept by default.
SHOWN = {PeriodKind.DAY: 31, PeriodKind.WEEK: 26, PeriodKind.MONTH: 13, PeriodKind.QUARTER: 6, PeriodKind.YEAR: 3}
FLEET_MAX = 2_000
PER_PAGE = 50
TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class FleetRow:
    """cell, before: of the period and of the one before it; None where minutes of slices were too many to read."""

    slo: Slo
    cell: CellView | None
    before: CellView | None


@require_safe
def slo_availability(request: AccessRequest, name: str) -> HttpResponse:
    """`?period=` day to year, or one by its name (2026-10): it and those before it; `?format=csv` as a file."""
    slo, now = get_slo(caller=request.caller, name=name), timezone.now()
    asked = asked_period(request, now=now)
    rows = _since_measured(_views(slo, asked.until(SHOWN[asked.kind]), now))
    if request.GET.get("format") == "csv":
        cells = ([raw(cell) for cell in file_row(row)] for row in reversed(rows))
        return table_file(columns=FILE_COLUMNS, rows=cells, filename=f"{slo.name}-availability-{asked.kind}s.csv")
    glance = _views(slo, _this_and_the_last(now, asked.zone_name), now)
    objective = rows[-1].objective
    context: dict[str, Any] = {
        "slo": slo,
        "asked": asked,
        "kinds": list(PeriodKind),
        "glance": list(zip(glance[::2], glance[1::2], strict=True)),
        "rows": rows[::-1],
        "objective": objective,
        "chart": nines_chart(
            rows=[Bar(row.calendar.title, row.found, row.objective) for row in rows],
            promises=[(f"objective {ratio_percent(objective)}", objective)],
            note=f"Each {asked.kind} of {asked.zone_name}; gaps were not measured.",
        ),
        **_steps(asked, now),
    }
    return render(request, "slo/availability.html", context)


@require_safe
def fleet_availability(request: AccessRequest) -> HttpResponse:
    """All readable objectives in one period: `?period=`, `?team=`, `?service=`, `?q=`, `?sort=name`."""
    now = timezone.now()
    asked = asked_period(request, now=now)
    filters = SloFilters(
        team_slug=_text(request, "team"), service_name=_text(request, "service"), text=_text(request, "q")
    )
    by_name = request.GET.get("sort") == "name"
    rows, total = fleet_rows(request, filters=filters, asked=asked, now=now, by_name=by_name)
    if request.GET.get("format") == "csv":
        cells = ([row.slo.name, *(raw(cell) for cell in file_row(row.cell))] for row in rows if row.cell is not None)
        return table_file(columns=("Objective", *FILE_COLUMNS), rows=cells, filename=f"availability-{asked.slug}.csv")
    context = {
        "asked": asked,
        "kinds": list(PeriodKind),
        "page": page_of(request, rows, per_page=PER_PAGE),
        "left_out": sum(row.cell is None for row in rows),
        "cut": max(0, total - FLEET_MAX),
        "filters": filters,
        "is_narrowed": filters != SloFilters(),
        "by_name": by_name,
        "teams": readable_teams(caller=request.caller).order_by("name", "pk"),
        "services": list_services(caller=request.caller),
        **_steps(asked, now),
    }
    return render(request, "slo/availability_fleet.html", context)


def fleet_rows(
    request: AccessRequest, *, filters: SloFilters, asked: CalendarPeriod, now: datetime, by_name: bool
) -> tuple[list[FleetRow], int]:
    """The least available first (or by name), those without data last, and how many objectives there are."""
    found = list_slos(caller=request.caller, filters=filters, ordering=SloOrdering.NAME)
    slos = list(found.select_related(None).select_related("team")[:FLEET_MAX])
    total = found.count() if len(slos) == FLEET_MAX else len(slos)
    before = asked.previous()
    now_rows, past_rows = availability_of_fleet(slos=slos, periods=[asked.period, before.period], now=now)
    past = {
        row.slo.pk: cell_view(calendar=before, terms=row.terms, found=row.cells[0]) for row in past_rows if row.cells
    }
    rows = [
        FleetRow(
            row.slo,
            cell_view(calendar=asked, terms=row.terms, found=row.cells[0]) if row.cells else None,
            past.get(row.slo.pk),
        )
        for row in now_rows
    ]
    if not by_name:
        rows.sort(key=_worst_first)
    return rows, total


def asked_period(request: AccessRequest, *, now: datetime, default: PeriodKind = PeriodKind.MONTH) -> CalendarPeriod:
    """Of the address; the month that holds now without one. Raises Invalid for text that names none."""
    zone = zone_of(request).key
    text = request.GET.get("period", "").replace("\0", "")[:TEXT_MAX].strip() or default.value
    try:
        asked = CalendarPeriod.named(text, zone_name=zone, now=now)
    except CalendarPeriodError as error:
        raise Invalid(details=[{"field": "period", "message": str(error)}]) from error
    if asked.period.start > now:
        raise Invalid(details=[{"field": "period", "message": f"{asked.title} has not begun: nothing is known of it"}])
    return asked


def _views(slo: Slo, periods: list[CalendarPeriod], now: datetime) -> list[CellView]:
    found = availability_of(slo=slo, periods=periods, now=now)
    return [
        cell_view(calendar=calendar, terms=terms, found=cell)
        for calendar, (terms, cell) in zip(periods, found, strict=True)
    ]


def _since_measured(rows: list[CellView]) -> list[CellView]:
    """Without those before the first that was measured; gaps after it stay."""
    first = next((place for place, row in enumerate(rows) if row.found.has_data), len(rows) - 1)
    return rows[first:]


def _this_and_the_last(now: datetime, zone_name: str) -> list[CalendarPeriod]:
    """Of each kind the period that holds now, and the one before it."""
    this = [CalendarPeriod.holding(now, kind=kind, zone_name=zone_name) for kind in PeriodKind]
    return [one for here in this for one in (here, here.previous())]


def _steps(asked: CalendarPeriod, now: datetime) -> dict[str, Any]:
    later = asked.following()
    return {"earlier": asked.previous().slug, "later": later.slug if later.period.start <= now else ""}


def _worst_first(row: FleetRow) -> tuple[bool, float, str]:
    ratio = row.cell.found.ratio if row.cell is not None else None
    return ratio is None, ratio if ratio is not None else 0.0, row.slo.name


def _text(request: AccessRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:TEXT_MAX]
