"""Fractional counts in the store: what was idle is idle, in any window and beside any exclusion."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reliability.kit.instants import from_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.exclusions import Exclusion, ExclusionEffect
from slo.domain.minutes import MinuteSeries
from slo.models import Sli
from slo.selectors.burn import burn_of
from slo.selectors.sums import window_sums
from slo.selectors.totals import totals_of
from slo.services.series import store
from tests.cast import SliFactory, SloFactory

pytestmark = pytest.mark.django_db

SEEDS = st.integers(0, 2**32 - 1)


def busy_then_idle(now: datetime, *, seed: int, days: int = 3) -> tuple[Sli, int, np.ndarray, np.ndarray]:
    """Thirds of events for days, an idle stretch of two hours in them, and idle for the last hour."""
    rng = np.random.default_rng(seed)
    length = days * 1440
    start = to_minute(now) - length
    valid = rng.integers(0, 10 ** rng.integers(1, 8), length) / 3
    if seed % 3 == 0:
        valid[rng.integers(0, length, 5)] = 9e9 + 1 / 3
    good = valid * (1 - rng.integers(0, 3, length) / 7)
    for idle in (slice(1000, 1120), slice(-60, None)):
        good[idle] = valid[idle] = 0.0
    sli: Sli = SliFactory()
    pieces = np.array_split(np.arange(length), 7)
    rng.shuffle(pieces)
    for piece in pieces:  # out of order, as backfills and late data come
        covered = np.ones(len(piece), dtype=np.bool_)
        store(sli_id=sli.pk, counts=MinuteSeries(start + int(piece[0]), good[piece], valid[piece], covered), now=now)
    return sli, start, good, valid


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_windows_agree_with_exact_fractions(now: datetime, seed: int) -> None:
    sli, start, good, valid = busy_then_idle(now, seed=seed)
    rng = np.random.default_rng(seed)
    edges = np.sort(rng.integers(0, len(good) + 1, (40, 2)), axis=1)
    edges = np.concatenate(
        (edges, [(1000, 1120), (1003, 1059), (len(good) - 60, len(good)), (len(good) - 5, len(good))])
    )
    sums = window_sums(sli_ids=np.array(sli.pk), starts=start + edges[:, 0], ends=start + edges[:, 1])
    slack = 2 * 4096 * float(np.spacing(valid.sum()))
    running = [list(accumulate(map(Fraction, counts.tolist()), initial=Fraction())) for counts in (good, valid)]
    for place, (first, end) in enumerate(edges.tolist()):
        exact = [sums[end] - sums[first] for sums in running]
        found = float(sums.good[place]), float(sums.valid[place])
        assert abs(Fraction(found[0]) - exact[0]) <= slack
        assert abs(Fraction(found[1]) - exact[1]) <= slack
        assert 0 <= found[0] <= found[1]
        if exact[1] == 0:
            assert found == (0.0, 0.0)


@pytest.mark.parametrize("seed", range(6))
def test_measured_but_idle_minutes_burn_nothing(now: datetime, seed: int) -> None:
    sli, start, *_ = busy_then_idle(now, seed=seed)
    slo = SloFactory(sli=sli, team=sli.team)
    at = from_minute(start + 1040)  # the window begins in an hour that has traffic, and ends in the next
    found = burn_of(slo=slo, window=timedelta(minutes=30), at=at, now=now)
    assert (found.burn_rate, found.sli, found.valid, found.coverage) == (None, None, None, 1.0)


@pytest.mark.parametrize("seed", range(6))
def test_a_window_whose_traffic_is_all_excluded_is_empty(now: datetime, seed: int) -> None:
    sli, start, *_ = busy_then_idle(now, seed=seed)
    window = Period.from_minutes(start + 900, start + 1200)
    busy = [
        Exclusion(Period.from_minutes(start + first, start + end))
        for first, end in ((880, 950), (950, 1010), (1110, 1230))
    ]
    totals = totals_of(sli_id=sli.pk, period=window, exclusions=busy)
    assert (totals.good, totals.valid, totals.covered_minutes, totals.minutes) == (0.0, 0.0, 100, 100)
    up = [Exclusion(one.period, ExclusionEffect.COUNTED_AS_UP) for one in busy]
    totals = totals_of(sli_id=sli.pk, period=window, exclusions=up)
    assert totals.good == totals.valid > 0
