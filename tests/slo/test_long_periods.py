"""What long windows and periods cost: memory follows what is kept, not what is asked for."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client

from reliability.kit.instants import EPOCH, to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from slo.domain.minutes import MinuteSeries
from slo.models import Slo
from slo.selectors.history import burndown_of, history_of
from slo.services.series import store
from tests.cast import SloFactory, SloVersionFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
KEPT = 400 * DAY
MEMORY_MAX = 150_000_000  # bytes: some arrays over the kept minutes and a window before them


@pytest.fixture
def slices(now: datetime) -> Slo:
    """An objective that counts slices, measured for two days."""
    slo: Slo = SloFactory(version=None)
    SloVersionFactory(
        slo=slo,
        objective=Decimal("0.99"),
        budgeting_method="Timeslices",
        slice_minutes=5,
        slice_target=Decimal("0.95"),
        window={"rolling": "28d"},
        counts_no_data_as_bad=True,
    )
    valid = np.full(2880, 100.0)
    start = to_minute(now) - len(valid)
    store(sli_id=slo.sli_id, counts=MinuteSeries(start, valid - 1, valid, valid > 0), now=now)
    return slo


def peak_of(work: Callable[[], Any]) -> tuple[Any, int]:
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_history_since_1970_costs_no_more_than_what_is_kept(slices: Slo, now: datetime) -> None:
    period, week = Period(EPOCH, now), 7 * DAY
    points, peak = peak_of(lambda: history_of(slo=slices, period=period, step=week, now=now))
    assert peak < MEMORY_MAX
    assert (points[0].start, points[-1].end) == (EPOCH, now)
    assert [one.end for one in points[:-1]] == [one.start for one in points[1:]]
    old = [one for one in points if one.end <= now - KEPT]
    assert len(old) > 2_800
    assert {(one.sli, one.valid, one.coverage) for one in old} == {(None, 0.0, 0.0)}
    recent = history_of(slo=slices, period=Period(points[-9].start, now), step=week, now=now)
    assert points[-9:] == recent
    assert points[-2].sli == 0.0  # silence counts as an outage where minutes are kept


def test_a_burn_down_of_ten_years_costs_no_more_than_what_is_kept(slices: Slo, now: datetime) -> None:
    period = Period(now - 3_660 * DAY, now)
    points, peak = peak_of(lambda: burndown_of(slo=slices, period=period, now=now, points=50))
    assert peak < MEMORY_MAX
    assert (len(points), points[-1].at) == (49, now)
    assert {one.remaining for one in points if one.at <= now - KEPT} == {None}
    assert points[-1].remaining is not None


def test_a_step_longer_than_minutes_are_kept_is_refused(slices: Slo, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        history_of(slo=slices, period=Period(EPOCH, now), step=KEPT + DAY, now=now)
    assert refused.value.details == [{"field": "step", "message": "must not be longer than the series is kept: 400d"}]


def test_the_api_answers_no_longer_period_than_is_kept(slices: Slo, bearer: Callable[..., Client]) -> None:
    client = bearer(team=slices.team)
    answer = client.get(f"/api/v1/slos/{slices.name}/history", {"from": "0", "step": "7d"})
    assert answer.status_code == 422
    (detail,) = answer.json()["error"]["details"]
    assert detail["field"] == "from"
    assert detail["message"].startswith("must be at most 400 days before `to`")
    longest = {"from": "2025-01-01T00:00:00Z", "to": "2026-02-05T00:00:00Z", "step": "7d"}
    assert client.get(f"/api/v1/slos/{slices.name}/history", longest).status_code == 200
