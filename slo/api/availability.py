"""/api/v1/slos/{name}/availability, and /api/v1/availability of all of them: by period of the calendar of a zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.kit.periods import Period
from reliability.web.api.paging import Page, PageQuery
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid
from reliability.web.zones import zone_named
from slo.domain.calendar_periods import CalendarPeriod, CalendarPeriodError, PeriodKind, periods_touching
from slo.selectors import slos
from slo.selectors.availability import availability_of, availability_of_fleet
from slo.selectors.availability_rows import CellView, cell_view
from slo.selectors.slos import SloFilters, SloOrdering

PERIODS_MAX = 400
_DEFAULT_LENGTH = timedelta(days=365)

router = Router(tags=["SLOs"])
list_router = Router(tags=["SLOs"])

Zone = Annotated[str, Field(max_length=64, description="IANA name", examples=["Europe/Berlin"])]


class AvailabilityPeriodOut(Schema):
    """null where nothing was measured. Nines are null without a failure, too: then nines_at_least is the bound."""

    period: str = Field(description="its name", examples=["2026-10", "2026-W41"])
    start: datetime
    end: datetime
    running: bool = Field(description="not over yet: figures are of what has passed")
    availability: float | None
    nines: float | None = Field(description="−log10(1 − availability), unrounded")
    nines_at_least: float | None = Field(description="of a period without a failure: log10(n / 3), 95 % confidence")
    downtime_minutes: float | None = Field(
        description="bad slices, or the full outage of the measured time that loses as many events"
    )
    bad: float | None = Field(description="events, or slices")
    judged: float | None = Field(description="events, or slices")
    measured: float = Field(description="events or slices that were measured")
    slice_minutes: int | None = Field(description="how long a slice is; null for events")
    measured_minutes: int
    minutes: int = Field(description="that have passed and are not excluded")
    objective: float
    met: bool | None


class AvailabilityOut(Schema):
    slo: str
    tz: str
    periods: list[AvailabilityPeriodOut] = Field(description="the oldest first")


class FleetAvailabilityOut(Schema):
    slo: str
    title: str
    team: str
    availability: AvailabilityPeriodOut | None = Field(
        description="null: counts slices, and this page has too many minutes of them to read"
    )


class AvailabilityQuery(Schema):
    period: Annotated[PeriodKind, Field(description="how long each period is")] = PeriodKind.MONTH
    from_: Annotated[Instant | None, Field(alias="from", description="a year before `to` when left out")] = None
    to: Annotated[Instant | None, Field(description="now when left out")] = None
    tz: Zone = "UTC"


class FleetAvailabilityQuery(PageQuery):
    period: Annotated[
        str, Field(max_length=20, description="day to year for the one that holds now, or a name such as 2026-10")
    ] = "month"
    tz: Zone = "UTC"
    team: Annotated[str, Field(max_length=63, description="slug of the owner")] = ""
    service: Annotated[str, Field(max_length=63)] = ""
    q: Annotated[str, Field(max_length=200)] = ""


@list_router.get(
    "",
    response=Page[FleetAvailabilityOut],
    operation_id="listAvailability",
    summary="Availability of all SLOs in one period",
)
def list_availability(request: AccessRequest, query: Query[FleetAvailabilityQuery]) -> Any:
    """By name."""
    now = timezone.now()
    try:
        asked = CalendarPeriod.named(query.period, zone_name=zone_named(query.tz).key, now=now)
    except CalendarPeriodError as error:
        raise Invalid(details=[{"field": "period", "message": str(error)}]) from error
    filters = SloFilters(team_slug=query.team, service_name=query.service, text=query.q)
    found = slos.list_slos(caller=request.caller, filters=filters, ordering=SloOrdering.NAME)
    shown = list(found.select_related(None).select_related("team")[query.offset : query.offset + query.limit])
    rows = availability_of_fleet(slos=shown, periods=[asked.period], now=now)[0]
    return {
        "items": [
            {
                "slo": row.slo.name,
                "title": row.slo.title,
                "team": row.slo.team.slug,
                "availability": _out(cell_view(calendar=asked, terms=row.terms, found=row.cells[0]))
                if row.cells
                else None,
            }
            for row in rows
        ],
        "total": found.count(),
        "limit": query.limit,
        "offset": query.offset,
    }


@router.get(
    "/{name}/availability",
    response=AvailabilityOut,
    operation_id="getSloAvailability",
    summary="Availability by period, in nines",
)
def get_availability(request: AccessRequest, name: str, query: Query[AvailabilityQuery]) -> Any:
    """Every period of the calendar with a moment between `from` and `to`, whole: 400 at most."""
    slo, now, zone = slos.get_slo(caller=request.caller, name=name), timezone.now(), zone_named(query.tz).key
    end = min(query.to or now, now)
    start = query.from_ or end - _DEFAULT_LENGTH
    if start >= end:
        raise Invalid(details=[{"field": "from", "message": "must be earlier than `to`, and not in the future"}])
    if (end - start) / _SHORTEST[query.period] > PERIODS_MAX:
        message = f"gives more than {PERIODS_MAX} periods: take longer ones, or a later start"
        raise Invalid(details=[{"field": "from", "message": message}])
    periods = periods_touching(kind=query.period, zone_name=zone, whole=Period(start, end))
    found = availability_of(slo=slo, periods=periods, now=now)
    return {
        "slo": slo.name,
        "tz": zone,
        "periods": [
            _out(cell_view(calendar=calendar, terms=terms, found=cell))
            for calendar, (terms, cell) in zip(periods, found, strict=True)
        ],
    }


_SHORTEST = {
    PeriodKind.DAY: timedelta(days=1),
    PeriodKind.WEEK: timedelta(days=7),
    PeriodKind.MONTH: timedelta(days=28),
    PeriodKind.QUARTER: timedelta(days=90),
    PeriodKind.YEAR: timedelta(days=365),
}


def _out(view: CellView) -> dict[str, Any]:
    found = view.found
    return {
        "period": view.calendar.slug,
        "start": found.period.start,
        "end": found.period.end,
        "running": found.is_running,
        "availability": found.ratio,
        "nines": found.nines,
        "nines_at_least": found.nines_at_least,
        "downtime_minutes": found.downtime_minutes,
        "bad": float(found.bad) if found.has_data else None,
        "judged": float(found.base) if found.has_data else None,
        "measured": found.n,
        "slice_minutes": found.unit_minutes,
        "measured_minutes": found.covered_minutes,
        "minutes": found.minutes,
        "objective": float(view.objective),
        "met": view.meets,
    }
