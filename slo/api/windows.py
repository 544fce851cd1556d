"""/api/v1/windows: the bounds of rolling and calendar windows, without an SLO."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from reliability.access.requests import AccessRequest
from reliability.web.api.params import Instant
from reliability.web.errors import Invalid
from slo.domain.windows import CalendarUnit, WindowError, parse_window

router = Router(tags=["Windows"])

_FIELD_OF_REASON = {
    "window_count": "count",
    "window_start": "start",
    "unknown_zone": "time_zone",
    "window_unit": "unit",
    "window_length": "rolling",
}


class WindowQuery(Schema):
    """Either `rolling`, or the fields of a calendar window."""

    rolling: Annotated[str | None, Field(max_length=40, description="a length such as 28d", examples=["28d"])] = None
    unit: CalendarUnit = CalendarUnit.MONTH
    count: Annotated[int, Field(ge=1, le=10_000, description="units in one period")] = 1
    start: Annotated[str, Field(max_length=40, description="local start of some period, without an offset")] = (
        "2026-01-01T00:00:00"
    )
    time_zone: Annotated[str, Field(max_length=64, description="IANA name", examples=["Europe/Berlin"])] = "UTC"
    at: Annotated[Instant | None, Field(description="the first period holds this instant; now when left out")] = None
    periods: Annotated[int, Field(ge=1, le=400, description="how many to list, forward in time")] = 1


class WindowPeriod(Schema):
    start: datetime
    end: datetime
    minutes: int = Field(description="real minutes: a day may have 23 or 25 hours")


class WindowsOut(Schema):
    window: dict[str, Any] = Field(description="the notation that SLOs take")
    text: str
    warnings: list[str]
    periods: list[WindowPeriod]


@router.get("", response=WindowsOut, operation_id="listWindows", summary="Bounds of windows")
def list_windows(request: AccessRequest, query: Query[WindowQuery]) -> Any:
    """The period that holds `at`, and those after it. For rolling windows: the one that ends at `at`."""
    notation: dict[str, object] = (
        {"rolling": query.rolling}
        if query.rolling is not None
        else {
            "calendar": {
                "count": query.count,
                "unit": query.unit.value,
                "start": query.start,
                "time_zone": query.time_zone,
            }
        }
    )
    try:
        window = parse_window(notation)
        found = [window.period_at(query.at or timezone.now())]
        while len(found) < query.periods:
            found.append(window.period_at(found[-1].end + (found[-1].length if query.rolling else timedelta(0))))
    except WindowError as error:
        field = _FIELD_OF_REASON.get(error.reason, "rolling" if query.rolling is not None else "unit")
        raise Invalid(details=[{"field": field, "message": str(error)}]) from error
    except OverflowError as error:
        raise Invalid(
            details=[{"field": "periods", "message": "reaches beyond the calendar: ask for fewer"}]
        ) from error
    return {
        "window": window.to_json(),
        "text": window.describe(),
        "warnings": list(window.warnings()),
        "periods": [
            {"start": period.start, "end": period.end, "minutes": round(period.length.total_seconds() / 60)}
            for period in found
        ],
    }
