"""Figures from sums of window edges against the minute-by-minute maths of the domain."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from reliability.kit.instants import from_minute, to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from slo.domain import budget, burn, history
from slo.domain.minutes import MinuteSeries
from slo.domain.status import State
from slo.models import Adjustment, Exclusion, Slo, SloVersion
from slo.selectors.burn import burn_of
from slo.selectors.history import burndown_of, history_of, step_for
from slo.selectors.series import read_between
from slo.selectors.status import status_of
from slo.selectors.terms import dossier_of
from slo.services.series import store
from tests.cast import SloFactory, SloVersionFactory

pytestmark = pytest.mark.django_db

BERLIN_MONTH = {"calendar": {"count": 1, "unit": "month", "start": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin"}}
DEFINITIONS: dict[str, dict[str, Any]] = {
    "events over a rolling week": {"window": {"rolling": "7d"}},
    "events over a month of Berlin": {"window": BERLIN_MONTH},
    "slices over a rolling week": {
        "window": {"rolling": "7d"},
        "budgeting_method": "Timeslices",
        "slice_minutes": 5,
        "slice_target": Decimal("0.95"),
    },
    "slices over a month of Berlin, gaps count as bad": {
        "window": BERLIN_MONTH,
        "budgeting_method": "Timeslices",
        "slice_minutes": 10,
        "slice_target": Decimal("0.9"),
        "counts_no_data_as_bad": True,
    },
    "means of slices over two days": {
        "window": {"rolling": "2d"},
        "budgeting_method": "RatioTimeslices",
        "slice_minutes": 5,
    },
}


def fill(slo: Slo, *, now: datetime, days: int, seed: int = 1) -> None:
    """Counts with gaps, quiet minutes and trouble, up to two minutes before now."""
    rng = np.random.default_rng(seed)
    length = days * 1440
    valid = rng.integers(0, 200, length).astype(float)
    bad = np.where(rng.random(length) < 0.02, rng.random(length) * 0.5, 0.002)
    good = valid - rng.binomial(valid.astype(int), bad).astype(float)
    covered = rng.random(length) > 0.05
    covered[length // 2 : length // 2 + 90] = False
    start = to_minute(now) - length - 2
    store(sli_id=slo.sli_id, counts=MinuteSeries(start, good, valid, covered), now=now)


def slo_of(definition: dict[str, Any]) -> Slo:
    slo: Slo = SloFactory(version=None)
    SloVersionFactory(slo=slo, objective=Decimal("0.995"), **definition)
    return slo


def exclude(slo: Slo, now: datetime) -> None:
    for hours, length, effect in ((30, 100, "excluded"), (29, 45, "counted_as_up"), (5, 7, "excluded")):
        start = now - timedelta(hours=hours, seconds=20)
        Exclusion.objects.create(
            team=slo.team,
            slo=slo,
            start_at=start,
            end_at=start + timedelta(minutes=length),
            effect=effect,
            reason="maintenance",
            author_name="Editor",
        )
    Adjustment.objects.create(
        slo=slo, at=now - timedelta(hours=3), consumed_delta=-0.1, reason="agreed", author_name="Editor"
    )


def near(value: float | None) -> Any:
    """Equal but for the last digits; None only to None."""
    return None if value is None else pytest.approx(value, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("has_exclusions", [False, True], ids=["nothing excluded", "minutes excluded and counted up"])
@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_status_equals_the_maths_of_every_minute(name: str, has_exclusions: bool, now: datetime) -> None:
    slo = slo_of(DEFINITIONS[name])
    fill(slo, now=now, days=12)
    if has_exclusions:
        exclude(slo, now)
    for at in (now, now - timedelta(hours=7, minutes=13), now - timedelta(days=30)):
        terms = dossier_of(slo=slo, period=Period(at, at)).at(at, now=now)
        definition, period = terms.definition, terms.definition.window.period_at(at)
        series = read_between(sli_id=slo.sli_id, start_minute=period.start_minute - 5_000, end_minute=to_minute(at))
        expected = budget.evaluate(
            series=series,
            definition=definition,
            period=period,
            exclusions=terms.exclusions,
            adjustments=terms.adjustments,
            now=at,
        )
        status = status_of(slo=slo, at=at, now=now)
        assert (status.sli, status.budget.consumed, status.budget.remaining) == (
            near(expected.sli),
            near(expected.consumed),
            near(expected.remaining),
        )
        assert status.coverage == expected.coverage
        assert status.budget.remaining_minutes == expected.remaining_minutes
        if expected.has_data:
            assert (status.good, status.valid) == (expected.good, expected.valid)
        for window, length in burn.STANDARD_WINDOWS.items():
            rate = burn.burn_over(
                series=series, definition=definition, window=length, exclusions=terms.exclusions, now=at
            )
            assert status.burn_rates[window] == near(rate)
            assert burn_of(slo=slo, window=length, at=at, now=now).burn_rate == near(rate)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_history_equals_the_maths_of_every_minute(name: str, now: datetime) -> None:
    slo = slo_of(DEFINITIONS[name])
    fill(slo, now=now, days=5)
    exclude(slo, now)
    terms = dossier_of(slo=slo, period=Period(now, now)).at(now, now=now)
    period = Period(now - timedelta(days=3, minutes=7), now + timedelta(hours=1))
    expected = history.points(
        series=read_between(sli_id=slo.sli_id, start_minute=period.start_minute - 60, end_minute=to_minute(now)),
        definition=terms.definition,
        period=period,
        step=timedelta(minutes=70),
        exclusions=terms.exclusions,
        now=now,
    )
    found = history_of(slo=slo, period=period, step=timedelta(minutes=70), now=now)
    assert [(p.start, p.end, p.good, p.valid, p.coverage) for p in found] == [
        (p.start, p.end, p.good, p.valid, p.coverage) for p in expected
    ]
    assert [p.sli for p in found] == [near(p.sli) for p in expected]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_burn_down_is_the_status_of_each_of_its_instants(name: str, now: datetime) -> None:
    slo = slo_of(DEFINITIONS[name])
    fill(slo, now=now, days=12)
    exclude(slo, now)
    points = burndown_of(slo=slo, period=Period(now - timedelta(days=4), now), now=now, points=9)
    assert (len(points), points[-1].at, points[0].at) == (9, now, now - timedelta(days=4))
    for point in points:
        status = status_of(slo=slo, at=point.at, now=now)
        assert (point.remaining, point.consumed, point.sli) == (
            near(status.budget.remaining),
            near(status.budget.consumed),
            near(status.sli),
        )


def test_nothing_measured_is_no_data_and_no_number_at_all(now: datetime) -> None:
    slo = slo_of({"window": {"rolling": "7d"}})
    status = status_of(slo=slo, at=now, now=now)
    assert (status.state, status.sli, status.good, status.valid) == (State.NO_DATA, None, None, None)
    assert (status.budget.consumed, status.budget.remaining, status.coverage) == (None, None, 0.0)
    assert set(status.burn_rates.values()) == {None}
    assert (status.forecast_exhausted_at, status.measured_until) == (None, None)
    assert burn_of(slo=slo, window=timedelta(hours=1), at=now, now=now).burn_rate is None
    assert [point.remaining for point in burndown_of(slo=slo, period=Period(now, now), now=now)] == [None]


def test_an_exact_objective_is_met_and_one_more_bad_event_breaches_it(now: datetime) -> None:
    slo = slo_of({"window": {"rolling": "1h"}})
    start = to_minute(now) - 10
    covered = np.ones(10, dtype=np.bool_)
    good = np.full(10, 995.0)
    store(sli_id=slo.sli_id, counts=MinuteSeries(start, good, np.full(10, 1000.0), covered), now=now)
    status = status_of(slo=slo, at=now, now=now)
    assert (status.budget.consumed, status.budget.remaining) == (1.0, 0.0)
    assert status.state is not State.BREACHED
    good[0] -= 1
    store(sli_id=slo.sli_id, counts=MinuteSeries(start, good, np.full(10, 1000.0), covered), now=now)
    assert status_of(slo=slo, at=now, now=now).state is State.BREACHED


def test_the_future_is_refused(now: datetime) -> None:
    slo = slo_of({"window": {"rolling": "7d"}})
    with pytest.raises(Invalid, match="future"):
        status_of(slo=slo, at=now + timedelta(minutes=1), now=now)


@pytest.mark.parametrize(
    ("step", "length"),
    [
        pytest.param(timedelta(seconds=90), timedelta(hours=1), id="a step of a minute and a half"),
        pytest.param(timedelta(minutes=1), timedelta(days=30), id="more points than are answered"),
        pytest.param(timedelta(0), timedelta(hours=1), id="no step at all"),
    ],
)
def test_a_history_that_cannot_be_answered_says_what_to_change(
    step: timedelta, length: timedelta, now: datetime
) -> None:
    slo = slo_of({"window": {"rolling": "7d"}})
    with pytest.raises(Invalid) as problem:
        history_of(slo=slo, period=Period(now - length, now), step=step, now=now)
    assert problem.value.details[0]["field"] == "step"


def test_each_step_of_a_history_has_the_objective_in_force_at_its_start(now: datetime) -> None:
    slo = slo_of({"window": {"rolling": "7d"}})
    SloVersion.objects.create(
        slo=slo,
        sli=slo.sli,
        objective=Decimal("0.9"),
        window={"rolling": "7d"},
        effective_from=now - timedelta(hours=2),
        author_name="Editor",
    )
    period = Period(now - timedelta(hours=4), now)
    found = history_of(slo=slo, period=period, step=timedelta(hours=1), now=now)
    assert [str(point.objective) for point in found] == ["0.995", "0.995", "0.9", "0.9"]
    restated = history_of(slo=slo, period=period, step=timedelta(hours=1), now=now, is_restated=True)
    assert {str(point.objective) for point in restated} == {"0.9"}


def test_what_was_measured_until_an_instant_is_told_for_that_instant(now: datetime) -> None:
    slo = slo_of({"window": {"rolling": "7d"}})
    rng = random.Random(4)  # noqa: S311  a repeatable sequence, no secret
    measured = sorted(rng.sample(range(to_minute(now) - 400, to_minute(now)), 12))
    for minute in measured:
        store(
            sli_id=slo.sli_id, counts=MinuteSeries(minute, np.ones(1), np.ones(1), np.ones(1, dtype=np.bool_)), now=now
        )
    for minute in range(measured[0] + 1, to_minute(now), 7):
        newest = max(one for one in measured if one < minute)
        assert status_of(slo=slo, at=from_minute(minute), now=now).measured_until == from_minute(newest + 1)


@pytest.mark.parametrize(
    ("length", "step"),
    [(timedelta(hours=1), "0:01:00"), (timedelta(days=1), "0:05:00"), (timedelta(days=28), "6:00:00")],
    ids=["an hour by minutes", "a day by five minutes", "four weeks by six hours"],
)
def test_steps_are_readable(length: timedelta, step: str, now: datetime) -> None:
    assert str(step_for(period=Period(now - length, now))) == step
