"""A count that cannot be true never reaches the running sums; the largest that may, leaves them exact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from reliability.kit.counting import COUNT_MAX, DRIFT_MAX
from reliability.kit.instants import to_minute
from slo.domain.minutes import MinuteSeries
from slo.models import HourChunk, Sli
from slo.selectors.sums import window_sums
from slo.services import retention
from slo.services.integrity import faults_of
from slo.services.series import MinuteTooFullError, StoreMode, store
from tests.cast import SliFactory

pytestmark = pytest.mark.django_db


def counts(start: int, pairs: list[tuple[float, float]]) -> MinuteSeries:
    good, valid = np.array(pairs, dtype=np.float64).T.copy()
    return MinuteSeries(start, good, valid, np.ones(len(pairs), dtype=np.bool_))


def sums_of(sli: Sli, start: int, end: int) -> tuple[float, float, int]:
    sums = window_sums(sli_ids=np.array(sli.pk), starts=np.array(start), ends=np.array(end))
    return float(sums.good), float(sums.valid), int(sums.minutes)


@pytest.mark.parametrize("huge", [COUNT_MAX + 1.0, 1e15, 1e300], ids=["just above the bound", "10^15", "10^300"])
def test_a_huge_minute_is_a_fault_and_every_window_stays_right(now: datetime, huge: float) -> None:
    sli = SliFactory()
    start = to_minute(now) - 600
    store(sli_id=sli.pk, counts=counts(start, [(9.0, 10.0)] * 600), now=now)
    told = store(sli_id=sli.pk, counts=counts(start + 300, [(huge, huge)]), now=now)
    assert (told.stored, told.faulty) == (0, 1)
    store(sli_id=sli.pk, counts=counts(start + 300, [(5.0, 10.0)]), now=now)
    assert sums_of(sli, start, start + 600) == (5396.0, 6000.0, 600)
    assert sums_of(sli, start + 301, start + 600) == (2691.0, 2990.0, 299)
    assert faults_of(sli_id=sli.pk) == []


def test_the_largest_count_for_a_whole_retention_loses_no_single_event(now: datetime) -> None:
    sli = SliFactory()
    start = to_minute(now) - 399 * 1440
    full = float(COUNT_MAX)
    pairs = [(full, full)] * (398 * 1440)
    store(sli_id=sli.pk, counts=counts(start, pairs), now=now)
    quiet = to_minute(now) - 120
    store(sli_id=sli.pk, counts=counts(quiet, [(0.0, 1.0)] * 60), now=now)
    assert sums_of(sli, quiet, quiet + 60) == (0.0, 60.0, 60)
    store(sli_id=sli.pk, counts=counts(start, [(full - 1, full)]), now=now)
    assert sums_of(sli, start, start + 60) == (60 * full - 1, 60 * full, 60)
    assert sums_of(sli, quiet + 59, quiet + 60) == (0.0, 1.0, 1)


def test_adding_stops_at_the_bound_and_leaves_the_minute_as_it_was(now: datetime) -> None:
    sli = SliFactory()
    minute = to_minute(now) - 5
    store(sli_id=sli.pk, counts=counts(minute, [(1.0, COUNT_MAX)]), now=now, mode=StoreMode.ADD)
    with pytest.raises(MinuteTooFullError) as refused:
        store(sli_id=sli.pk, counts=counts(minute - 1, [(1.0, 1.0), (1.0, 1.0)]), now=now, mode=StoreMode.ADD)
    assert refused.value.places == {(sli.pk, minute)}
    assert sums_of(sli, minute - 1, minute + 1) == (1.0, float(COUNT_MAX), 1)


def test_keeping_minutes_for_longer_lowers_the_bound(now: datetime, settings: Any) -> None:
    sli = SliFactory()
    settings.COUNT_MAX = 5_000_000_000
    told = store(sli_id=sli.pk, counts=counts(to_minute(now) - 5, [(1.0, 6e9), (1.0, 5e9)]), now=now)
    assert (told.stored, told.faulty) == (1, 1)


def test_running_sums_that_drifted_far_begin_again_near_zero(now: datetime, settings: Any) -> None:
    sli = SliFactory()
    start = (to_minute(now) // 1440 - 4) * 1440
    store(sli_id=sli.pk, counts=counts(start, [(9.0, 10.0)] * (4 * 1440)), now=now)
    far = float(2 * DRIFT_MAX)
    HourChunk.objects.filter(sli=sli).update(good_before=far, valid_before=far)
    for chunk in HourChunk.objects.filter(sli=sli).order_by("hour"):
        before = (chunk.hour - start // 60) * 60
        HourChunk.objects.filter(sli=sli, hour=chunk.hour).update(
            good_before=far + 9 * before, valid_before=far + 10 * before
        )
    Sli.objects.filter(pk=sli.pk).update(
        base_good=far, base_valid=far, total_good=far + 9 * 5760, total_valid=far + 10 * 5760
    )
    assert faults_of(sli_id=sli.pk) == []
    settings.SERIES_RETENTION_DAYS = 2
    retention.drop_old(now=now + timedelta(hours=1))
    sli.refresh_from_db()
    assert (sli.base_good, sli.base_valid) == (0.0, 0.0)
    assert faults_of(sli_id=sli.pk) == []
    end = start + 4 * 1440
    assert sums_of(sli, end - 90, end) == (810.0, 900.0, 90)
