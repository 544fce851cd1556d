"""The metrics of DORA against a naive reference, and their edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.delivery.domain.dora import Dora, Failure, Spread, figures, figures_by, judged, over_time, within
from reliability.delivery.domain.dora_columns import (
    ABSENT,
    DeploymentFacts,
    Fact,
    Stages,
    columns_of,
    joined,
    packed,
    stages_of,
)
from reliability.delivery.domain.dora_months import month_of, period_of_month
from reliability.delivery.domain.dora_spread import BUCKETS, distribution, quality_of, stage_spreads
from reliability.kit.periods import Period
from tests.domain.dora_reference import reference, spread_of

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PERIOD = Period(START, START + 28 * DAY)

_hours = st.integers(-48, 40 * 24)
_facts = st.sampled_from([Fact(0), Fact.SUCCEEDED, Fact.SUCCEEDED, Fact.SUCCEEDED | Fact.REWORK])


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[list[list[DeploymentFacts]], list[Failure]]:
    """Up to four services, deployments before, in and after the period, and incidents that name some of them."""
    count = draw(st.integers(1, 4))
    ids = iter(range(1, 1000))
    series = []
    for _ in range(count):
        rows = draw(st.lists(st.tuples(_hours, _facts, st.lists(st.integers(0, 10**6), max_size=4)), max_size=12))
        series.append(
            [
                DeploymentFacts(next(ids), START + hour * HOUR, facts, [(n, lead) for n, lead in enumerate(leads)])
                for hour, facts, leads in rows
            ]
        )
    named = draw(st.lists(st.tuples(st.integers(1, 48), st.none() | _hours), max_size=6))
    return series, [Failure(pk, None if hour is None else START + hour * HOUR) for pk, hour in named]


def _same(found: Dora, expected: object) -> None:
    for name in ("deployments", "failed", "unrecovered", "disordered", "rework"):
        assert getattr(found, name) == getattr(expected, name), name
    for name in ("per_day", "fail_rate", "rework_rate"):
        assert getattr(found, name) == getattr(expected, name), name
    for name in ("lead", "recovery"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert ours.n == theirs.n, name
        assert (ours.median, ours.p90) == pytest.approx((theirs.median, theirs.p90)), name


@settings(max_examples=50)
@given(_worlds())
def test_the_five_figures_are_those_of_the_naive_reference(
    world: tuple[list[list[DeploymentFacts]], list[Failure]],
) -> None:
    series, failures = world
    found = judged(columns=columns_of(series), failures=failures)
    _same(figures(judged=found, period=PERIOD), reference(series=series, failures=failures, period=PERIOD))
    for part, one in over_time(judged=found, period=PERIOD, step=7 * DAY):
        _same(one, reference(series=series, failures=failures, period=part))


@settings(max_examples=30)
@given(_worlds())
def test_each_service_has_the_figures_it_would_have_alone(
    world: tuple[list[list[DeploymentFacts]], list[Failure]],
) -> None:
    series, failures = world
    found = judged(columns=columns_of(series), failures=failures)
    groups = found.series.copy()
    groups[~within(judged=found, period=PERIOD)] = -1
    for one, alone in zip(figures_by(judged=found, groups=groups, days=[28.0] * len(series)), series, strict=True):
        _same(one, reference(series=[alone], failures=failures, period=PERIOD))


@settings(max_examples=30)
@given(_worlds())
def test_distribution_and_trend_count_each_change_once(
    world: tuple[list[list[DeploymentFacts]], list[Failure]],
) -> None:
    series, failures = world
    found = judged(columns=columns_of(series), failures=failures)
    whole = figures(judged=found, period=PERIOD)
    buckets = distribution(judged=found, period=PERIOD)
    assert sum(bucket.changes for bucket in buckets) == whole.lead.n
    leads = [
        lead
        for one in series
        for d in one
        if Fact.SUCCEEDED in d.facts and PERIOD.contains(d.finished_at)
        for _, lead in d.leads
    ]
    assert buckets[0].changes == sum(lead < BUCKETS[0][1] for lead in leads)
    assert buckets[-1].changes == sum(lead >= BUCKETS[-1][1] for lead in leads)
    parts = over_time(judged=found, period=PERIOD, step=5 * DAY)
    assert sum(one.deployments for _, one in parts) == whole.deployments
    assert sum(one.lead.n for _, one in parts) == whole.lead.n


def test_without_deployments_every_figure_is_undefined_and_none_is_zero() -> None:
    found = figures(judged=judged(columns=columns_of([]), failures=[]), period=PERIOD)
    assert (found.deployments, found.per_day, found.fail_rate, found.rework_rate) == (0, None, None, None)
    assert found.lead == found.recovery == Spread(0)


def test_one_deployment_with_three_incidents_is_one_failure_that_ends_with_the_last() -> None:
    series = [[DeploymentFacts(1, START, Fact.SUCCEEDED), DeploymentFacts(2, START + DAY, Fact.SUCCEEDED)]]
    failures = [Failure(1, START + hours * HOUR) for hours in (2, 5, 3)]
    found = figures(judged=judged(columns=columns_of(series), failures=failures), period=PERIOD)
    assert (found.failed, found.fail_rate, found.recovery.median) == (1, 0.5, 5 * 3600)
    still_open = figures(
        judged=judged(columns=columns_of(series), failures=[*failures, Failure(1, None)]), period=PERIOD
    )
    assert (still_open.failed, still_open.unrecovered, still_open.recovery.n) == (1, 1, 0)


def test_a_rollback_just_after_the_period_fails_the_last_deployment_within_it() -> None:
    last = DeploymentFacts(1, PERIOD.end - HOUR, Fact.SUCCEEDED)
    rollback = DeploymentFacts(2, PERIOD.end + HOUR, Fact.SUCCEEDED | Fact.REWORK)
    found = figures(judged=judged(columns=columns_of([[last, rollback]]), failures=[]), period=PERIOD)
    assert (found.deployments, found.failed, found.recovery.median, found.rework) == (1, 1, 2 * 3600, 0)


def test_a_rollback_of_one_service_says_nothing_of_another() -> None:
    series = [
        [DeploymentFacts(1, START, Fact.SUCCEEDED)],
        [DeploymentFacts(2, START + HOUR, Fact.SUCCEEDED | Fact.REWORK)],
    ]
    found = figures(judged=judged(columns=columns_of(series), failures=[]), period=PERIOD)
    assert (found.deployments, found.failed, found.rework, found.rework_rate) == (2, 0, 1, 0.5)


def test_months_that_are_packed_one_by_one_join_to_the_same_columns() -> None:
    april = datetime(2026, 4, 10, tzinfo=UTC)
    rows = [
        DeploymentFacts(1, START, Fact.SUCCEEDED, [(7, 60)], [Stages(1, 2, ABSENT, 4)]),
        DeploymentFacts(2, april, Fact.SUCCEEDED | Fact.REWORK, [(8, 120), (9, 5)]),
    ]
    by_month = joined([(0, packed(rows[:1])), (0, packed(rows[1:]))])
    at_once = columns_of([rows])
    for name in ("series", "ids", "finished", "facts", "lead_counts", "change_ids", "leads", "stage_counts", "stages"):
        assert getattr(by_month, name).tolist() == getattr(at_once, name).tolist()
    assert [month_of(row.finished_at) - month_of(START) for row in rows] == [0, 1]
    assert period_of_month(month_of(START)) == Period(
        datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    )


def test_stages_are_the_steps_of_a_change_request_and_absent_where_an_instant_is() -> None:
    at = [START + hours * HOUR for hours in (0, 2, 3, 7, 8)]
    whole = stages_of(first_commit_at=at[0], opened_at=at[1], first_review_at=at[2], merged_at=at[3], finished_at=at[4])
    assert whole == Stages(2 * 3600, 3600, 4 * 3600, 3600)
    partly = stages_of(first_commit_at=at[3], opened_at=at[1], first_review_at=None, merged_at=at[3], finished_at=at[4])
    assert partly == Stages(ABSENT, ABSENT, ABSENT, 3600)
    deployment = DeploymentFacts(1, START, Fact.SUCCEEDED, (), [whole, partly])
    found = stage_spreads(judged=judged(columns=columns_of([[deployment]]), failures=[]), period=PERIOD)
    assert [(one.name, one.spread.n, one.requests) for one in found] == [
        ("coding", 1, 2),
        ("pickup", 1, 2),
        ("review", 1, 2),
        ("release", 2, 2),
    ]
    assert found[0].spread == spread_of([2 * 3600])


def test_quality_counts_what_the_figures_cannot_know() -> None:
    good = Fact.SUCCEEDED
    facts = [good, good | Fact.NO_CHANGES, good | Fact.TRUNCATED, good | Fact.CLOCKS, good | Fact.FIRST, Fact(0)]
    rows = [DeploymentFacts(pk, START + pk * HOUR, one) for pk, one in enumerate(facts, 1)]
    rows.append(DeploymentFacts(99, PERIOD.end, good | Fact.NO_CHANGES))
    found = quality_of(columns=columns_of([rows]), period=PERIOD)
    counts = (found.without_changes, found.truncated, found.clocks, found.first, found.unsuccessful)
    assert (found.attempts, found.deployments, counts) == (6, 5, (1, 1, 1, 1, 1))
    assert found.share(found.truncated) == 0.2
