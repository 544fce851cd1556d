"""Availability by period: one objective, the fleet, files and the API say the same, at a cost that does not grow."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.calendar_periods import CalendarPeriod, PeriodKind
from slo.domain.minutes import MinuteSeries
from slo.models import Exclusion, Slo, SloVersion
from slo.selectors.availability import availability_of, availability_of_fleet
from slo.selectors.status import status_of
from slo.services import series
from tests.cast import Cast, SloFactory
from tests.queries import queries_of

As = Callable[[str], Client]


def sliced(cast: Cast, name: str, now: datetime, *, days: int = 3) -> Slo:
    """Slices of five minutes; of each day's 288 the first fails."""
    slo: Slo = SloFactory(sli__source__team=cast.payments, name=name, title=name)
    SloVersion.objects.filter(slo=slo).update(budgeting_method="Timeslices", slice_minutes=5, slice_target="0.9")
    valid = np.full(days * 1440, 10.0)
    bad = np.where(np.arange(days * 1440) % 1440 < 5, 10.0, 0.0)
    start = to_minute(now) - days * 1440
    start -= start % 5
    counts = MinuteSeries(start, valid - bad, valid, np.ones(len(valid), dtype=np.bool_))
    series.store(sli_id=slo.sli_id, counts=counts, now=now)
    return slo


def test_a_window_of_days_says_what_the_state_of_the_objective_says(slo: Slo, now: datetime) -> None:
    status = status_of(slo=slo, at=now, now=now)
    days = CalendarPeriod.holding(now, kind=PeriodKind.DAY, zone_name="UTC").until(40)
    found = [cell for _, cell in availability_of(slo=slo, periods=days, now=now)]
    assert sum(cell.n for cell in found) == 30 * 1440 * 100
    inside = [cell for cell in found if cell.period.start >= status.window.start]
    assert all(cell.ratio == pytest.approx(status.sli) for cell in inside)
    assert found[0].ratio is None, "nothing was measured forty days ago, and no number stands for that"


def test_excluded_minutes_are_left_out(cast: Cast, slo: Slo, now: datetime) -> None:
    day = CalendarPeriod.holding(now - timedelta(days=2), kind=PeriodKind.DAY, zone_name="UTC")
    period = {"start_at": day.period.start, "end_at": day.period.start + timedelta(hours=6)}
    Exclusion.objects.create(team=slo.team, slo=slo, **period, reason="moved", author_name="Editor")
    ((_, found),) = availability_of(slo=slo, periods=[day], now=now)
    assert (found.minutes, found.covered_minutes) == (18 * 60, 18 * 60)
    assert found.n == 18 * 60 * 100


def test_slices_count_as_slices_alone_and_in_the_fleet(cast: Cast, slo: Slo, now: datetime) -> None:
    counted = sliced(cast, "in-slices", now)
    day = CalendarPeriod.holding(now - timedelta(days=1), kind=PeriodKind.DAY, zone_name="UTC")
    ((_, alone),) = availability_of(slo=counted, periods=[day], now=now)
    assert (alone.n, float(alone.bad), alone.downtime_minutes) == (288.0, 1.0, 5.0)
    rows = {
        row.slo.name: row.cells[0]
        for row in availability_of_fleet(slos=[slo, counted], periods=[day.period], now=now)[0]
        if row.cells
    }
    assert rows["in-slices"] == alone
    ((_, events),) = availability_of(slo=slo, periods=[day], now=now)
    assert rows[slo.name] == events


def test_the_page_has_every_length_and_nothing_that_is_made_up(as_: As, cast: Cast, slo: Slo, now: datetime) -> None:
    page = as_("viewer").get(f"/slos/{slo.name}/availability/").content.decode()
    for words in ("At a glance", "Day", "Week", "Month", "Quarter", "Year", "99.95 %", "3.3", "no data", "3/n"):
        assert words in page
    assert "∞" not in page
    assert "inf" not in page.replace("information", "").replace("tone-info", "")
    assert as_("outsider").get(f"/slos/{slo.name}/availability/").status_code == 404
    assert as_("viewer").get(f"/slos/{slo.name}/availability/?period=soon").status_code == 422
    assert as_("viewer").get(f"/slos/{slo.name}/availability/?period=2999").status_code == 422
    assert as_("viewer").get(f"/slos/{slo.name}/availability/?period=week&tz=Europe/Berlin").status_code == 200


def test_what_never_failed_says_of_how_many(as_: As, cast: Cast, now: datetime) -> None:
    calm: Slo = SloFactory(sli__source__team=cast.payments, name="calm", title="Calm")
    valid = np.full(600, 5.0)
    counts = MinuteSeries(to_minute(now) - 600, valid, valid, np.ones(600, dtype=np.bool_))
    series.store(sli_id=calm.sli_id, counts=counts, now=now)
    page = as_("viewer").get("/slos/calm/availability/").content.decode()
    assert "no failure in 3,000 events, so at least 3 nines" in page


def test_page_file_and_api_say_the_same(as_: As, slo: Slo, now: datetime) -> None:
    viewer = as_("viewer")
    file = viewer.get(f"/slos/{slo.name}/availability/?period=day&format=csv").content.decode()
    rows = {row["Period"]: row for row in csv.DictReader(io.StringIO(file))}
    start = (now - timedelta(days=3)).isoformat().replace("+00:00", "Z")
    told = viewer.get(f"/api/v1/slos/{slo.name}/availability?period=day&from={start}").json()
    assert len(told["periods"]) == 4
    for one in told["periods"]:
        assert float(rows[one["period"]]["Availability"]) == one["availability"]
        assert float(rows[one["period"]]["Nines"]) == one["nines"] == pytest.approx(3.301, abs=0.001)
    fleet = viewer.get(f"/api/v1/availability?period={told['periods'][0]['period']}").json()
    assert fleet["total"] == 1
    assert fleet["items"][0]["availability"] == told["periods"][0]
    assert as_("outsider").get("/api/v1/availability").json()["items"] == []
    far = f"/api/v1/slos/{slo.name}/availability?period=day&from=2020-01-01T00:00:00Z"
    assert viewer.get(far).status_code == 422


def test_the_fleet_costs_as_many_queries_for_many_as_for_few(as_: As, cast: Cast, slo: Slo, now: datetime) -> None:
    sliced(cast, "first-in-slices", now)
    viewer = as_("viewer")
    few = queries_of(viewer, "/availability/?period=week")
    for number in range(12):
        make: Any = SloFactory
        make(sli=slo.sli, team=cast.payments, name=f"more-{number}")
    sliced(cast, "second-in-slices", now)
    assert queries_of(viewer, "/availability/?period=week") == few
    page = viewer.get("/availability/?period=week&q=slices").content.decode()
    assert "first-in-slices" in page
    assert "more-3" not in page
    assert "slos/more-3" not in as_("outsider").get("/availability/").content.decode()


def test_too_many_minutes_of_slices_are_left_out_and_said(
    as_: As, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slo.selectors.availability.SLICED_MINUTES_MAX", 100)
    counted = sliced(cast, "in-slices", now)
    whole = Period(now - timedelta(days=2), now)
    assert availability_of_fleet(slos=[counted], periods=[whole], now=now)[0][0].cells is None
    assert "too many minutes to read at once" in as_("viewer").get("/availability/").content.decode()
