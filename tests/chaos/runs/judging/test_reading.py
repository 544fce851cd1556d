"""Runs beside earlier ones, and objectives around a run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from chaos.runs.domain.states import State
from chaos.runs.models import Run
from chaos.runs.selectors.comparison import comparison_of
from chaos.runs.selectors.resilience import resilience_at
from chaos.runs.selectors.spending import fault_period, series_around
from slo.models import Slo
from tests.cast import Cast, RunFactory
from tests.chaos.runs.judging.conftest import MINUTE, measure

pytestmark = pytest.mark.django_db


def ended(run: Run, now: datetime, **fields: Any) -> Run:
    known = {"state": "ended", "verdict": "held", "started_at": now, "ended_at": now, "score": 1.0}
    made: Run = RunFactory(version=run.version, **(known | fields))
    return made


def test_a_run_stands_beside_those_before_it(
    run: Run, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    spent = {"slos": [{"slo": "orders", "slo_id": 1, "spent": 0.04}], "probes": {"answers": 503, "lag": 9}}
    before = ended(run, now, verdict="deviated", score=0.25, rto_seconds=90.0, figures=spent)
    ended(run, now, mode="dry", verdict="inconclusive", score=None)
    ended(run, now, started_at=None, verdict="aborted", score=None)
    better = {"slos": [{"slo": "orders", "slo_id": 1, "spent": 0.01}], "probes": {"answers": 200, "lag": 9}}
    latest = ended(run, now, rto_seconds=30.0, figures=better)
    with django_assert_num_queries(1):
        found = comparison_of(run=latest)
    assert [one.run.pk for one in found.columns] == [latest.pk, before.pk]
    changes = {one.name: (one.before, one.now, one.difference) for one in found.changes}
    assert changes == {
        "verdict": ("deviated", "held", None),
        "score": (0.25, 1.0, 0.75),
        "rto_seconds": (90.0, 30.0, -60.0),
        "probe answers": (503, 200, -303),
        "budget of orders": (0.04, 0.01, pytest.approx(-0.03)),
    }


def test_the_first_run_has_nothing_beside_it(run: Run) -> None:
    found = comparison_of(run=run)
    assert not found.has_earlier
    assert found.changes == ()


def test_objectives_around_a_run_have_the_fault_shaded(run: Run, slo: Slo, now: datetime) -> None:
    run.state, run.started_at, run.fault_began_at = State.RUNNING, now, now + MINUTE
    measure(slo, bad=0, until=now + MINUTE)
    measure(slo, bad=10, until=now + 2 * MINUTE)
    (found,) = series_around(run=run, now=now + 3 * MINUTE)
    points = {point.at: point for point in found.points}
    assert points[now + MINUTE].sli == pytest.approx(0.9)
    assert points[now + MINUTE].burn == pytest.approx(100)
    assert points[now - 30 * MINUTE].burn == 0
    assert points[now + 2 * MINUTE].sli is None, "not measured yet"
    assert found.step == MINUTE
    assert found.fault == fault_period(run=run, now=now + 3 * MINUTE)
    assert found.fault is not None
    assert (found.fault.start, found.fault.end) == (now + MINUTE, now + 3 * MINUTE)


def test_a_long_run_is_drawn_in_bounded_points(run: Run, slo: Slo, now: datetime) -> None:
    run.started_at, run.ended_at = now - timedelta(days=2), now
    (found,) = series_around(run=run, now=now)
    assert len(found.points) <= 720
    assert found.step == 5 * MINUTE


def test_the_score_of_a_service_is_read_at_any_instant(run: Run, cast: Cast, now: datetime) -> None:
    ended(run, now, score=0.0, ended_at=now - timedelta(days=90))
    ended(run, now, score=1.0, ended_at=now)
    service = run.service
    assert service is not None
    instants = [now - timedelta(days=100), now - timedelta(days=1), now]
    found = resilience_at(caller=cast.caller("viewer"), service=service, instants=instants)
    assert [score for _, score in found] == [None, 0.0, pytest.approx(2 / 3)]
