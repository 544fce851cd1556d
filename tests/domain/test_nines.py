"""Availability and its nines, against sums made one by one; periods of the calendar against the clocks of zones."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.availability import Availability, of_events, of_spending
from slo.domain.budgeting import BudgetingMethod
from slo.domain.calendar_periods import CalendarPeriod, CalendarPeriodError, PeriodKind, periods_touching
from slo.domain.definition import Definition
from slo.domain.minutes import MinuteSeries
from slo.domain.nines import nines, nines_at_least, nines_text
from slo.domain.spending import spend
from slo.domain.windows import RollingWindow

START = datetime(2026, 3, 2, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bad", "base", "text"),
    [
        pytest.param(1, 1000, "3", id="99.9 % are three nines"),
        pytest.param(5, 10_000, "3.3", id="99.95 % are 3.3"),
        pytest.param(1001, 1_000_000, "2.99", id="a little less is not rounded up to three"),
        pytest.param(1, 2, "0.3", id="half of it is a third of a nine"),
        pytest.param(7, 7, "0", id="nothing worked"),
        pytest.param(0, 1000, "", id="without a failure there is no number"),
        pytest.param(0, 0, "", id="without data neither"),
        pytest.param(1, 10**400, "400", id="beyond what a float holds"),
    ],
)
def test_nines_are_read_off_the_share_that_failed(bad: int, base: int, text: str) -> None:
    assert nines_text(nines(bad=Fraction(bad), base=Fraction(base))) == text


@pytest.mark.parametrize(
    ("n", "text"),
    [
        pytest.param(3_000_000, "6", id="three million without a failure allow six"),
        pytest.param(300, "2", id="three hundred allow two"),
        pytest.param(3, "", id="three say nothing"),
        pytest.param(0, "", id="none say nothing"),
    ],
)
def test_without_a_failure_the_rule_of_three_is_the_bound(n: int, text: str) -> None:
    assert nines_text(nines_at_least(n=n)) == text


@pytest.mark.parametrize("n", [30, 1000, 10**6])
def test_the_rule_of_three_keeps_its_word(n: int) -> None:
    """Were 3/n to fail, n trials would all succeed at most once in twenty."""
    assert (1 - 3 / n) ** n <= 0.05
    assert nines_at_least(n=n) == pytest.approx(-math.log10(3 / n))


def measured(good: list[int | None], *, bad: int, method: BudgetingMethod) -> Availability:
    """Minutes of *bad* bad events beside so many good ones; None was not measured."""
    covered = np.array([one is not None for one in good])
    fine = np.array([float(one or 0) for one in good])
    valid = np.where(covered, fine + bad * (np.arange(len(good)) % 3 == 0), 0.0)
    sliced = method is not BudgetingMethod.OCCURRENCES
    definition = Definition(
        objective=Decimal("0.99"),
        window=RollingWindow(timedelta(days=28)),
        budgeting=method,
        slice_minutes=5 if sliced else None,
        slice_target=Decimal("0.9") if method is BudgetingMethod.TIMESLICES else None,
    )
    period = Period(START, START + timedelta(minutes=len(good)))
    found = spend(
        series=MinuteSeries(to_minute(START), np.where(covered, fine, 0.0), valid, covered),
        definition=definition,
        period=period,
        now=period.end,
    )
    return of_spending(spending=found, definition=definition, period=period, is_running=False)


@settings(max_examples=60, deadline=None)
@given(
    slices=st.lists(st.lists(st.none() | st.integers(0, 50), min_size=5, max_size=5), min_size=1, max_size=12),
    bad=st.integers(0, 9),
    method=st.sampled_from(BudgetingMethod),
)
def test_availability_is_what_counting_one_by_one_gives(
    slices: list[list[int | None]], bad: int, method: BudgetingMethod
) -> None:
    minutes = [one for part in slices for one in part]
    found = measured(minutes, bad=bad, method=method)
    good = [float(one or 0) for one in minutes]
    lost = [bad if place % 3 == 0 and one is not None else 0 for place, one in enumerate(minutes)]
    units = 1 if method is BudgetingMethod.OCCURRENCES else 5
    parts = [(sum(good[i : i + units]), sum(lost[i : i + units])) for i in range(0, len(minutes), units)]
    known = [(fine, gone) for fine, gone in parts if fine + gone]
    assert found.covered_minutes == sum(one is not None for one in minutes)
    if not known:
        assert (found.ratio, found.nines, found.downtime_minutes, found.is_flawless) == (None, None, None, False)
        return
    if method is BudgetingMethod.OCCURRENCES:
        events = sum(fine + gone for fine, gone in known)
        expected = sum(fine for fine, _ in known) / events
        assert found.n == events
        assert found.downtime_minutes == pytest.approx((1 - expected) * found.covered_minutes)
    elif method is BudgetingMethod.TIMESLICES:
        failed = sum(fine * 10 < (fine + gone) * 9 for fine, gone in known)
        expected = 1 - failed / len(parts)
        assert found.downtime_minutes == failed * 5
    else:
        expected = sum(fine / (fine + gone) for fine, gone in known) / len(known)
    assert found.ratio == pytest.approx(expected)
    assert found.is_flawless == (expected == 1)
    assert (found.nines is None) == found.is_flawless
    assert found.meets(Decimal("0.99")) == (expected >= 0.99)


def test_exactly_at_the_target_it_is_met_and_one_event_more_misses() -> None:
    given: dict[str, Any] = {"period": Period(START, START), "covered_minutes": 1, "minutes": 1, "is_running": False}
    assert of_events(good=999, valid=1000, **given).meets(Decimal("0.999")) is True
    assert of_events(good=998, valid=1000, **given).meets(Decimal("0.999")) is False
    assert of_events(good=0, valid=0, **given).meets(Decimal("0.999")) is None


@pytest.mark.parametrize(
    ("name", "zone", "hours"),
    [
        pytest.param("2026-03-29", "Europe/Berlin", 23, id="the day the clocks go forward has 23 hours"),
        pytest.param("2026-10-25", "Europe/Berlin", 25, id="the day they go back has 25"),
        pytest.param("2026-W13", "Europe/Berlin", 167, id="its week is an hour short"),
        pytest.param("2026-03", "Europe/Berlin", 743, id="its month, too"),
        pytest.param("2026-Q1", "Europe/Berlin", 90 * 24 - 1, id="its quarter, too"),
        pytest.param("2026", "Europe/Berlin", 8760, id="a year has as many as it lost"),
        pytest.param("2028-02", "UTC", 29 * 24, id="February of a leap year"),
        pytest.param("2026-09-06", "America/Santiago", 23, id="where midnight is skipped the day begins at one"),
        pytest.param("2026-01-01", "Asia/Kathmandu", 24, id="a zone of quarters of an hour"),
    ],
)
def test_a_period_is_as_long_as_the_clocks_of_its_zone_say(name: str, zone: str, hours: int) -> None:
    found = CalendarPeriod.named(name, zone_name=zone, now=NOW)
    assert found.period.length == timedelta(hours=hours)
    assert found.slug == name
    local = found.period.start.astimezone(ZoneInfo(zone))
    assert local.date() == found.first


def test_weeks_are_those_of_iso_8601() -> None:
    first = CalendarPeriod.named("2026-W01", zone_name="UTC", now=NOW)
    assert first.first == date(2025, 12, 29)
    assert first.previous().slug == "2025-W52"
    assert CalendarPeriod.named("2021-01-01", zone_name="UTC", now=NOW).first == date(2021, 1, 1)
    held = CalendarPeriod.holding(datetime(2021, 1, 1, tzinfo=UTC), kind=PeriodKind.WEEK, zone_name="UTC")
    assert held.slug == "2020-W53"


@pytest.mark.parametrize("text", ["2026-13", "2026-W54", "2026-Q5", "1999", "soon", "", "2026-02-30", "２０２６"])
def test_what_names_no_period_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(CalendarPeriodError, match="period"):
        CalendarPeriod.named(text, zone_name="UTC", now=NOW)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(PeriodKind),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
    at=st.datetimes(datetime(2011, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001  hypothesis wants them naive
)
def test_periods_follow_each_other_without_a_gap(kind: PeriodKind, zone: str, at: datetime) -> None:
    instant = at.replace(tzinfo=UTC)
    here = CalendarPeriod.holding(instant, kind=kind, zone_name=zone)
    assert here.period.contains(instant)
    assert here.previous().period.end == here.period.start
    assert here.following().period.start == here.period.end
    assert CalendarPeriod.named(here.slug, zone_name=zone, now=NOW) == here
    rows = here.until(4)
    assert periods_touching(kind=kind, zone_name=zone, whole=Period(rows[0].period.start, rows[-1].period.end)) == rows
