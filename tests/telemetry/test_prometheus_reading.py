"""Counts from a real Prometheus equal what is known of its series, minute by minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.sources.kind import Connection, Reading
from reliability.telemetry.sources.registry import kind_of
from tests.servers.prometheus import PrometheusServer
from tests.telemetry.known import GAP_END, GAP_START, START

NOW = START + timedelta(days=3)
DAY = Period(START + timedelta(minutes=10), START + timedelta(hours=25))


def read(
    server: PrometheusServer,
    specs: Sequence[dict[str, Any]],
    period: Period = DAY,
    now: datetime = NOW,
    **settings: Any,
) -> tuple[Reading, list[Counts | SourceError]]:
    connection = Connection(source_id=1, name="real", settings={"url": server.url, **settings})
    queries = [SliQuery(key=number, spec=spec) for number, spec in enumerate(specs)]
    reading = kind_of("prometheus").read(connection=connection, queries=queries, period=period, now=now)
    return reading, [reading.answers[number] for number in range(len(specs))]


def counts(server: PrometheusServer, spec: dict[str, Any], **options: Any) -> Counts:
    answer = read(server, [spec], **options)[1][0]
    assert isinstance(answer, Counts), answer
    return answer


def ratio(**queries: str) -> dict[str, Any]:
    return {"kind": "ratio", **queries}


def expected_coverage(period: Period = DAY) -> np.ndarray[Any, Any]:
    """Every minute but those of the gap. The scrape at 10:00:00 closes 09:59; pod b is 7 s late at both ends."""
    minutes = np.arange(period.minutes) + (period.start_minute - int(START.timestamp()) // 60)
    return np.asarray((minutes * 60 < GAP_START) | (minutes * 60 >= GAP_END))


def test_a_counter_with_resets_gaps_and_staggered_scrapes_gives_its_exact_increase(
    real_prometheus: PrometheusServer,
) -> None:
    found = counts(
        real_prometheus,
        ratio(good='http_requests_total{shop="north",code!~"5.."}', valid='http_requests_total{shop="north"}'),
    )
    assert found.start_minute == DAY.start_minute
    assert found.covered.tolist() == expected_coverage().tolist()
    regular = expected_coverage()
    regular[[590 - 0, 620]] = False  # the minutes beside the gap hold fewer scrapes of one of the pods
    assert set(found.valid[regular]) == {2 * 4 * 12.0}
    assert set(found.good[regular]) == {2 * 4 * 11.0}
    assert not found.valid[~expected_coverage()].any()
    assert found.faults == 0


def test_bad_and_valid_and_good_and_bad_say_the_same(real_prometheus: PrometheusServer) -> None:
    good, bad, valid = (
        'http_requests_total{shop="north",code!="500"}',
        'http_requests_total{shop="north",code="500"}',
        'sum(rate(http_requests_total{shop="north"}[5m]))',
    )
    _, answers = read(
        real_prometheus, [ratio(good=good, valid=valid), ratio(bad=bad, valid=valid), ratio(good=good, bad=bad)]
    )
    first, *others = answers
    assert isinstance(first, Counts)
    for other in others:
        assert isinstance(other, Counts)
        assert np.array_equal(other.good, first.good)
        assert np.array_equal(other.valid, first.valid)
        assert np.array_equal(other.covered, first.covered)


def test_pieces_of_any_length_give_the_same_minutes(real_prometheus: PrometheusServer) -> None:
    spec = ratio(good='http_requests_total{shop="south",code=~"2..|4.."}', valid='http_requests_total{shop="south"}')
    whole = counts(real_prometheus, spec)
    reading, (small,) = read(real_prometheus, [spec], points_max=300)  # pieces of ten minutes
    assert isinstance(small, Counts)
    assert reading.requests == DAY.minutes // 10
    assert np.array_equal(small.good, whole.good)
    assert np.array_equal(small.valid, whole.valid)
    assert np.array_equal(small.covered, whole.covered)


def test_a_live_collection_minute_by_minute_equals_the_backfill(real_prometheus: PrometheusServer) -> None:
    spec = ratio(good='http_requests_total{shop="south",code="200"}', valid='http_requests_total{shop="south"}')
    hour = Period(START + timedelta(hours=4), START + timedelta(hours=4, minutes=20))
    backfilled = counts(real_prometheus, spec, period=hour)
    live = [
        counts(real_prometheus, spec, period=minute, now=minute.end + timedelta(seconds=5))
        for minute in hour.split(timedelta(minutes=1))
    ]
    assert np.concatenate([part.valid for part in live]).tolist() == backfilled.valid.tolist()
    assert np.concatenate([part.good for part in live]).tolist() == backfilled.good.tolist()


def test_forty_slis_of_one_shape_cost_one_request_a_piece(real_prometheus: PrometheusServer) -> None:
    shops = ["north", "south", "west.1"]
    specs = [
        ratio(
            good=f'http_requests_total{{shop="{shop}",code!~"{code}.."}}', valid=f'http_requests_total{{shop="{shop}"}}'
        )
        for shop in shops
        for code in range(2, 16)
    ]
    hour = Period(START + timedelta(hours=2), START + timedelta(hours=3))
    together, answers = read(real_prometheus, specs, period=hour)
    alone = [read(real_prometheus, [spec], period=hour) for spec in specs]
    assert together.requests == 1
    assert sum(reading.requests for reading, _ in alone) == len(specs)
    for mine, (_, (theirs,)) in zip(answers, alone, strict=True):
        assert isinstance(mine, Counts)
        assert isinstance(theirs, Counts)
        assert mine.valid.sum() == 60 * 96
        assert np.array_equal(mine.good, theirs.good)
        assert np.array_equal(mine.valid, theirs.valid)


def test_expressions_are_asked_for_together_and_told_apart(real_prometheus: PrometheusServer) -> None:
    hour = Period(START + timedelta(hours=2), START + timedelta(hours=3))
    north, south = (
        ratio(
            good=f'sum(http_requests_total{{shop="{shop}",pod="a",code="200"}}) * {factor} # a comment',
            valid=f'sum(http_requests_total{{shop="{shop}",pod="a"}}) * {factor}',
        )
        for shop, factor in (("north", 1), ("south", 2))
    )
    reading, answers = read(real_prometheus, [north, south], period=hour)
    assert reading.requests == 1
    assert [(set(a.good), set(a.valid)) for a in answers if isinstance(a, Counts)] == [
        ({36.0}, {48.0}),
        ({72.0}, {96.0}),
    ]


def test_one_wrong_expression_does_not_fail_its_neighbours(real_prometheus: PrometheusServer) -> None:
    hour = Period(START + timedelta(hours=2), START + timedelta(hours=3))
    wrong = ratio(good="sum(no such thing)", valid="sum(http_requests_total) * 1")
    right = ratio(good='http_requests_total{pod="a",code="200"}', valid='sum(http_requests_total{pod="a"}) * 1')
    reading, (first, second) = read(real_prometheus, [wrong, right], period=hour)
    assert isinstance(first, SourceError)
    assert first.reason is Reason.QUERY_ERROR
    assert "parse error" in first.message
    assert isinstance(second, Counts)
    assert set(second.valid) == {3 * 48.0}
    assert reading.failure is None


def test_a_sum_that_falls_is_not_taken_for_a_reset(real_prometheus: PrometheusServer) -> None:
    """PromQL's increase(sum(…)) would add the whole sum of a million; these minutes are left out instead."""
    found = counts(
        real_prometheus,
        ratio(good='sum(http_requests_total{code="200"}) * 1', valid="sum(http_requests_total) * 1"),
        period=Period(START + timedelta(hours=2), START + timedelta(hours=9)),
    )
    assert found.valid.max() == 3 * 96
    assert 0 < np.count_nonzero(~found.covered) < 5
    assert any("fell" in warning for warning in found.warnings)


def test_latency_of_a_classic_histogram_counts_its_bucket(real_prometheus: PrometheusServer) -> None:
    spec = {"kind": "latency", "metric": 'latency_seconds{job="api"}', "threshold_seconds": 1.0, "histogram": "classic"}
    found = counts(real_prometheus, spec)
    regular = expected_coverage()
    regular[[590, 620]] = False
    assert set(found.good[regular]) == {36.0}
    assert set(found.valid[regular]) == {40.0}


def test_latency_slis_of_one_histogram_share_a_request(real_prometheus: PrometheusServer) -> None:
    hour = Period(START + timedelta(hours=2), START + timedelta(hours=3))
    specs = [
        {"kind": "latency", "metric": f'latency_seconds_bucket{{job="{job}"}}', "threshold_seconds": threshold}
        for job in ("api", "old")
        for threshold in (0.1, 0.25)
    ]
    reading, answers = read(real_prometheus, specs, period=hour)
    assert reading.requests == 1
    assert [(set(a.good), set(a.valid)) for a in answers if isinstance(a, Counts)] == [
        ({20.0}, {40.0}),
        ({28.0}, {40.0}),
        ({200.0}, {400.0}),
        ({280.0}, {400.0}),
    ]


def test_a_missing_bucket_names_the_nearest(real_prometheus: PrometheusServer) -> None:
    spec = {"kind": "latency", "metric": 'latency_seconds{job="api"}', "threshold_seconds": 0.3}
    _, (answer,) = read(real_prometheus, [spec])
    assert isinstance(answer, SourceError)
    assert answer.reason is Reason.NO_SUCH_BUCKET
    assert 'no bucket at 0.3 s. The nearest are le="0.25" and le="1"' in answer.message


def test_histograms_that_lack_the_bucket_are_left_out_with_a_warning(real_prometheus: PrometheusServer) -> None:
    hour = Period(START + timedelta(hours=2), START + timedelta(hours=3))
    found = counts(
        real_prometheus, {"kind": "latency", "metric": "latency_seconds", "threshold_seconds": 1}, period=hour
    )
    assert set(found.valid) == {40.0}
    assert found.warnings == ("1 histograms of latency_seconds have no bucket at 1 s and are left out",)


HOUR = Period(START, START + timedelta(hours=1))


def test_a_boolean_takes_the_worst_of_its_series_and_says_so(real_prometheus: PrometheusServer) -> None:
    web = counts(real_prometheus, {"kind": "boolean", "query": 'probe_success{job="web"}'}, period=HOUR)
    both = counts(real_prometheus, {"kind": "boolean", "query": "probe_success"}, period=HOUR)
    assert np.flatnonzero(web.good == 0).tolist() == np.flatnonzero(both.good == 0).tolist() == [30, 31]
    assert set(web.valid) == {1.0}
    assert web.warnings == ()
    assert "2 series" in both.warnings[0]


def test_a_threshold_compares_raw_samples_and_expressions_alike(real_prometheus: PrometheusServer) -> None:
    for query in ("queue_seconds", "max(queue_seconds)"):
        found = counts(real_prometheus, {"kind": "threshold", "query": query, "op": "lt", "value": 30}, period=HOUR)
        assert np.flatnonzero(found.good == 0).tolist() == [5]
        assert found.covered.all()


def test_a_raw_ratio_leaves_nan_out_and_refuses_more_than_one(real_prometheus: PrometheusServer) -> None:
    success = counts(real_prometheus, {"kind": "raw_ratio", "success": "success_ratio"}, period=HOUR)
    failure = counts(real_prometheus, {"kind": "raw_ratio", "failure": "success_ratio"}, period=HOUR)
    assert np.flatnonzero(~success.covered).tolist() == [7, 8]
    assert success.faults == 1
    assert set(success.good[success.covered]) == {0.75}
    assert set(failure.good[failure.covered]) == {0.25}


def test_more_good_than_valid_is_never_shown_as_success(real_prometheus: PrometheusServer) -> None:
    found = counts(
        real_prometheus,
        ratio(good="lying_good_total", valid="lying_valid_total"),
        period=Period(START, START + timedelta(minutes=10)),
    )
    assert not found.covered.any()
    assert found.valid.sum() == 0
    assert found.faults == 10
    assert "more good events than valid ones" in found.warnings[0]


@pytest.mark.parametrize(
    ("queries", "good", "covered", "words"),
    [
        ({"bad": 'http_requests_total{code="599"}', "valid": "http_requests_total"}, 60 * 288, 60, ""),
        (
            {"good": 'http_requests_total{code="299"}', "valid": "http_requests_total"},
            0,
            60,
            "every event counts as bad",
        ),
        ({"good": "no_such_metric_total", "valid": "http_requests_total"}, 0, 0, "nothing is measured"),
        ({"good": "no_such_metric_total", "valid": "neither_this_total"}, 0, 0, ""),
    ],
    ids=[
        "absent bad events are zero",
        "absent good events of the same metric are zero",
        "absent good events of another metric are unknown",
        "nothing at all is no data",
    ],
)
def test_absent_series(
    real_prometheus: PrometheusServer, queries: dict[str, str], good: int, covered: int, words: str
) -> None:
    found = counts(
        real_prometheus, ratio(**queries), period=Period(START + timedelta(hours=2), START + timedelta(hours=3))
    )
    assert found.good.sum() == good
    assert found.covered.sum() == covered
    assert (words in " ".join(found.warnings)) if words else found.warnings == ()


def test_the_minute_that_runs_and_those_to_come_are_not_covered(real_prometheus: PrometheusServer) -> None:
    now = START + timedelta(hours=2, minutes=30, seconds=40)
    found = counts(
        real_prometheus,
        ratio(good='http_requests_total{code="200"}', valid="http_requests_total"),
        period=Period(START + timedelta(hours=2), START + timedelta(hours=3)),
        now=now,
    )
    assert np.flatnonzero(found.covered).tolist() == list(range(30))
    assert found.minutes == 60


def test_a_period_in_the_future_asks_nothing(real_prometheus: PrometheusServer) -> None:
    reading, (answer,) = read(real_prometheus, [ratio(good="a", valid="b")], now=START - timedelta(days=1))
    assert reading.requests == 0
    assert isinstance(answer, Counts)
    assert not answer.covered.any()


def test_the_connection_test_tells_the_version(real_prometheus: PrometheusServer) -> None:
    connection = Connection(source_id=1, name="real", settings={"url": real_prometheus.url})
    result = kind_of("prometheus").test(connection=connection, now=NOW)
    assert result.is_success
    assert dict(result.facts)["Server"].startswith("Prometheus API 2.") or "Prometheus API 3." in result.message
    assert any("clock" in text for text in result.advice)  # NOW is not the machine's time
