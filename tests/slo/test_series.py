"""The series store against the most naive store there is: a dictionary of minutes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from slo.domain.minutes import MinuteSeries
from slo.models import HourChunk, Sli
from slo.selectors.series import extent_of, read_between, read_minutes
from slo.selectors.sums import window_sums
from slo.services.integrity import faults_of, repair
from slo.services.series import StoreMode, acceptable_minutes, store, store_many, store_points
from tests.cast import SliFactory

pytestmark = pytest.mark.django_db

Naive = dict[int, tuple[float, float]]


def counts(start: int, pairs: list[tuple[float, float] | None]) -> MinuteSeries:
    return MinuteSeries(
        start_minute=start,
        good=np.array([pair[0] if pair else 0.0 for pair in pairs]),
        valid=np.array([pair[1] if pair else 0.0 for pair in pairs]),
        covered=np.array([pair is not None for pair in pairs]),
    )


def naive_store(naive: Naive, start: int, pairs: list[tuple[float, float] | None], mode: StoreMode) -> None:
    for minute, pair in enumerate(pairs, start=start):
        if pair is not None:
            old = naive.get(minute, (0.0, 0.0)) if mode is StoreMode.ADD else (0.0, 0.0)
            naive[minute] = (old[0] + pair[0], old[1] + pair[1])


def assert_same(sli: Sli, naive: Naive, rng: random.Random) -> None:
    low, high = min(naive) - 200, max(naive) + 200
    series = read_between(sli_id=sli.pk, start_minute=low, end_minute=high)
    assert [minute for minute in range(low, high) if series.covered[minute - low]] == sorted(naive)
    for minute, (good, valid) in naive.items():
        assert (series.good[minute - low], series.valid[minute - low]) == (good, valid)
    edges = sorted((rng.randint(low, high), rng.randint(low, high)) for _ in range(20))
    starts, ends = np.array([min(pair) for pair in edges]), np.array([max(pair) for pair in edges])
    sums = window_sums(sli_ids=np.array(sli.pk), starts=starts, ends=ends)
    for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        inside = [pair for minute, pair in naive.items() if start <= minute < end]
        assert sums.good[place] == sum(good for good, _ in inside)
        assert sums.valid[place] == sum(valid for _, valid in inside)
        assert sums.minutes[place] == len(inside)
    sli.refresh_from_db()
    assert sli.measured_until_minute == max(naive) + 1
    extent = extent_of(sli=sli)
    assert extent.minutes == len(naive)
    assert extent.period == Period.from_minutes(min(naive) // 60 * 60, max(naive) + 1)
    assert extent.valid == sum(valid for _, valid in naive.values())
    hours = list(HourChunk.objects.filter(sli_id=sli.pk).order_by("hour").values_list("hour", flat=True))
    assert hours == list(range(min(naive) // 60, max(naive) // 60 + 1))
    assert faults_of(sli_id=sli.pk) == []


@pytest.mark.parametrize("seed", range(12))
def test_any_sequence_of_stores_reads_back_as_a_dictionary_of_minutes_would(seed: int, now: datetime) -> None:
    rng = random.Random(seed)  # noqa: S311  a repeatable sequence, no secret
    sli, other = SliFactory(), SliFactory()
    naive: Naive = {}
    elsewhere: Naive = {}
    middle = to_minute(now) - 6_000
    for _ in range(25):
        mode = rng.choice(list(StoreMode))
        start = middle + rng.randint(-5_000, 5_000)
        pairs: list[tuple[float, float] | None] = []
        for _ in range(rng.choice((1, 3, 59, 60, 61, 240))):
            valid = rng.randint(0, 5) * 10 ** rng.randint(0, 6)
            pairs.append(None if rng.random() < 0.2 else (float(rng.randint(0, valid)), float(valid)))
        if rng.random() < 0.3:
            store_many(counts={sli.pk: counts(start, pairs), other.pk: counts(start + 7, pairs)}, now=now, mode=mode)
            naive_store(elsewhere, start + 7, pairs, mode)
        else:
            store(sli_id=sli.pk, counts=counts(start, pairs), now=now, mode=mode)
        naive_store(naive, start, pairs, mode)
    assert_same(sli, naive, rng)
    if elsewhere:
        assert_same(other, elsewhere, rng)


def test_a_repeated_read_writes_nothing(now: datetime) -> None:
    sli = SliFactory()
    minutes = counts(to_minute(now) - 100, [(9.0, 10.0)] * 90)
    store(sli_id=sli.pk, counts=minutes, now=now)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        store(sli_id=sli.pk, counts=minutes, now=now)
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))]


def test_a_thousand_indicators_are_stored_by_a_fixed_number_of_statements(
    now: datetime, django_assert_max_num_queries: object
) -> None:
    slis = SliFactory.create_batch(1_000, source=SliFactory().source)
    minutes = counts(to_minute(now) - 12, [(9.0, 10.0)] * 10)
    with CaptureQueriesContext(connection) as queries:
        store_many(counts={sli.pk: minutes for sli in slis}, now=now)
    statements = {query["sql"].split(" VALUES")[0].split(" SET")[0] for query in queries}
    assert len(statements) <= 7  # executemany repeats one statement per row: the driver prepares it once
    assert HourChunk.objects.count() == 1_000


def test_late_data_before_the_first_hour_moves_no_other_row(now: datetime) -> None:
    sli = SliFactory()
    start = to_minute(now) // 60 * 60 - 6_000
    store(sli_id=sli.pk, counts=counts(start, [(9.0, 10.0)] * 600), now=now)
    before = dict(HourChunk.objects.values_list("hour", "valid_before"))
    store(sli_id=sli.pk, counts=counts(start - 600, [(9.0, 10.0)] * 600), now=now)
    after = dict(HourChunk.objects.values_list("hour", "valid_before"))
    assert {hour: after[hour] for hour in before} == before
    assert after[start // 60 - 10] == -6_000.0


@pytest.mark.parametrize(
    ("offset_minutes", "what"),
    [
        pytest.param(6, "further ahead than a clock may be wrong", id="further ahead than a clock may be wrong"),
        pytest.param(-(settings.SERIES_RETENTION_DAYS * 1440) - 1, "older than retention", id="older than retention"),
    ],
)
def test_a_minute_that_cannot_be_kept_is_refused_and_counted(now: datetime, offset_minutes: int, what: str) -> None:
    sli = SliFactory()
    result = store(sli_id=sli.pk, counts=counts(to_minute(now) + offset_minutes, [(1.0, 1.0)]), now=now)
    assert (result.stored, result.refused) == (0, 1), what
    assert not HourChunk.objects.exists()


def test_the_edges_of_what_may_be_stored_are_kept(now: datetime) -> None:
    sli = SliFactory()
    first, end = acceptable_minutes(now=now)
    result = store_points(
        sli_ids=np.array([sli.pk, sli.pk, sli.pk, sli.pk]),
        minutes=np.array([first - 1, first, end - 1, end]),
        good=np.ones(4),
        valid=np.ones(4),
        now=now,
    )
    assert (result.stored, result.refused) == (2, 2)
    assert HourChunk.objects.count() == (end - 1) // 60 - first // 60 + 1


def test_lies_and_nonsense_are_counted_and_never_stored(now: datetime) -> None:
    sli = SliFactory()
    start = to_minute(now) - 10
    lies = [(2.0, 1.0), (float("nan"), 1.0), (-1.0, 1.0), (1.0, float("inf")), (1.0, 1.0)]
    result = store(sli_id=sli.pk, counts=counts(start, list(lies)), now=now)
    sli.refresh_from_db()
    assert (result.stored, result.faulty, sli.faulty_minutes) == (1, 4, 4)
    assert read_minutes(sli_id=sli.pk, period=Period.from_minutes(start, start + 5)).covered.tolist() == [
        False, False, False, False, True,
    ]  # fmt: skip


def test_counts_of_a_deleted_indicator_are_named_and_the_rest_is_stored(now: datetime) -> None:
    sli = SliFactory()
    minutes = counts(to_minute(now) - 10, [(1.0, 1.0)])
    result = store_many(counts={sli.pk: minutes, 999_999: minutes}, now=now)
    assert result.stored == 1
    assert result.unknown_sli_ids == frozenset({999_999})


def test_in_one_intake_the_last_of_equal_minutes_wins_and_all_of_them_add_up(now: datetime) -> None:
    replaced, added = SliFactory(), SliFactory()
    minute = to_minute(now) - 3
    columns = {"minutes": np.array([minute, minute]), "good": np.array([1.0, 2.0]), "valid": np.array([5.0, 7.0])}
    store_points(sli_ids=np.full(2, replaced.pk), **columns, now=now, mode=StoreMode.REPLACE)
    store_points(sli_ids=np.full(2, added.pk), **columns, now=now, mode=StoreMode.ADD)
    sums = window_sums(
        sli_ids=np.array([replaced.pk, added.pk]), starts=np.array([minute] * 2), ends=np.array([minute + 1] * 2)
    )
    assert sums.good.tolist() == [2.0, 3.0]
    assert sums.valid.tolist() == [7.0, 12.0]


def test_damaged_prefix_sums_are_found_and_repaired(now: datetime) -> None:
    sli = SliFactory()
    start = to_minute(now) - 6_000
    store(sli_id=sli.pk, counts=counts(start, [(9.0, 10.0)] * 600), now=now)
    HourChunk.objects.filter(sli=sli, hour=start // 60 + 3).update(valid_before=5.0)
    HourChunk.objects.filter(sli=sli, hour=start // 60 + 5).delete()
    found = faults_of(sli_id=sli.pk)
    assert any("hour is missing" in fault for fault in found)
    assert any("prefix sums" in fault for fault in found)
    repair(sli_id=sli.pk)
    assert faults_of(sli_id=sli.pk) == []
    sums = window_sums(sli_ids=np.array(sli.pk), starts=np.array(start), ends=np.array(start + 600))
    assert float(sums.valid) == 540 * 10.0
    assert timedelta(minutes=int(sums.minutes)) == timedelta(minutes=540)
