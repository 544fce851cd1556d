"""A preview tells what saving would tell, from the stored series or from the source."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from reliability.access.domain.caller import SYSTEM
from reliability.kit.instants import to_minute
from reliability.kit.periods import Period
from reliability.telemetry.domain.counts import Counts
from reliability.telemetry.domain.failures import Reason, SourceError
from reliability.telemetry.domain.queries import SliQuery
from reliability.telemetry.models import Source
from reliability.web.errors import Invalid
from slo.domain.minutes import MinuteSeries
from slo.domain.status import State
from slo.selectors import preview as module
from slo.selectors.preview import DAYS_MAX, preview
from slo.selectors.status import status_of
from slo.services.series import store
from tests.cast import SliFactory, SloFactory, SloVersionFactory, SourceFactory
from tests.servers.misbehaving import Answer, misbehaving_server
from tests.slo.sources import RATIO, KnownSource, down, truth

pytestmark = pytest.mark.django_db

WEEK: dict[str, Any] = {"objective": "0.99", "window": {"rolling": "7d"}, "budgeting_method": "Occurrences"}
SLICES: dict[str, Any] = {
    "objective": "0.9",
    "window": {"rolling": "7d"},
    "budgeting_method": "Timeslices",
    "slice_minutes": 5,
    "slice_target": "0.95",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> KnownSource:
    known = KnownSource()

    def counts(
        *,
        source: Source,
        queries: Sequence[SliQuery],
        period: Period,
        now: datetime,
        seconds_max: float | None = None,
    ) -> dict[Hashable, Counts | SourceError]:
        return known.collect(source=source, queries=queries, period=period, now=now)

    monkeypatch.setattr(module, "counts", counts)
    return known


@pytest.mark.parametrize("definition", [WEEK, SLICES], ids=["events", "slices"])
def test_a_preview_over_the_stored_series_is_the_status_it_will_have(definition: dict[str, Any], now: datetime) -> None:
    sli = SliFactory()
    start, end = to_minute(now) - 9 * 1440, to_minute(now) - 2
    good, valid = truth(start, end)
    store(sli_id=sli.pk, counts=MinuteSeries(start, good, valid, np.ones(end - start, dtype=np.bool_)), now=now)
    seen = preview(caller=SYSTEM, **definition, sli=sli, now=now)
    slo = SloFactory(sli=sli, version=None)
    SloVersionFactory(slo=slo, **definition)
    status = status_of(slo=slo, at=now, now=now)
    assert (seen.origin, seen.problem, seen.state) == ("series", "", status.state)
    assert (seen.sli, seen.consumed, seen.remaining) == pytest.approx(
        (status.sli, status.budget.consumed, status.budget.remaining)
    )
    assert (seen.remaining_minutes, seen.coverage) == (status.budget.remaining_minutes, status.coverage)
    assert seen.burndown[-1].remaining == pytest.approx(status.budget.remaining)
    assert seen.burndown[0].remaining == 1.0
    assert len(seen.history) > 20


def test_a_source_is_read_day_by_day_for_a_week_at_most(asked: KnownSource, now: datetime) -> None:
    month = {**WEEK, "window": {"rolling": "28d"}}
    seen = preview(caller=SYSTEM, **month, source=SourceFactory(kind="prometheus"), spec=RATIO, now=now)
    assert len(asked.asked) == DAYS_MAX
    assert seen.measured == Period(now - timedelta(days=DAYS_MAX), now)
    good, valid = truth(to_minute(now) - DAYS_MAX * 1440, to_minute(now))
    assert seen.sli == pytest.approx(good.sum() / valid.sum())
    assert seen.coverage == pytest.approx(7 / 28)


def test_a_slow_source_is_shown_as_far_as_it_got(
    asked: KnownSource, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 100, 4))
    monkeypatch.setattr(module, "monotonic", lambda: float(next(ticks)))
    seen = preview(caller=SYSTEM, **WEEK, source=SourceFactory(kind="prometheus"), spec=RATIO, now=now)
    assert seen.measured == Period(now - timedelta(days=1), now)


def test_a_source_that_is_too_slow_for_a_preview_is_told_so_in_time(settings: Any, now: datetime) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with misbehaving_server(lambda asked: Answer(pause=lambda: time.sleep(9))) as server:
        source = SourceFactory(kind="prometheus", settings={"url": server.url, "read_seconds": 30})
        started = time.monotonic()
        seen = preview(caller=SYSTEM, **WEEK, source=source, spec=RATIO, now=now)
        assert time.monotonic() - started < 8
    assert "did not answer within" in seen.problem
    assert "read in the background" in seen.problem
    assert (seen.sli, seen.measured) == (None, None)


def test_what_was_read_before_a_source_grew_too_slow_is_shown(asked: KnownSource, now: datetime) -> None:
    asked.bad_stretch = Period(now - timedelta(days=9), now - timedelta(days=2))
    asked.bad_error = SourceError(Reason.TIMEOUT, "did not answer within 6 s")
    seen = preview(caller=SYSTEM, **WEEK, source=SourceFactory(kind="prometheus"), spec=RATIO, now=now)
    assert (seen.measured, seen.problem) == (Period(now - timedelta(days=2), now), "")


def test_a_source_that_is_down_is_told_in_its_words_and_no_number_is_made_up(asked: KnownSource, now: datetime) -> None:
    asked.failures = [down()]
    seen = preview(caller=SYSTEM, **WEEK, source=SourceFactory(kind="prometheus"), spec=RATIO, now=now)
    assert "is Prometheus running?" in seen.problem
    assert (seen.state, seen.sli, seen.remaining, seen.measured) == (State.NO_DATA, None, None, None)
    assert (seen.history, seen.burndown) == ([], [])


def test_a_source_without_such_metrics_is_told_so(asked: KnownSource, now: datetime) -> None:
    asked.holes = set(range(to_minute(now) - 20_000, to_minute(now)))
    seen = preview(caller=SYSTEM, **WEEK, source=SourceFactory(kind="prometheus"), spec=RATIO, now=now)
    assert "check the names and labels" in seen.problem
    assert seen.state is State.NO_DATA


def test_a_wrong_definition_is_refused_as_saving_would(now: datetime) -> None:
    source = SourceFactory(kind="prometheus")
    with pytest.raises(Invalid) as problem:
        preview(
            caller=SYSTEM, **{**WEEK, "objective": "99.9"}, source=source, spec={"kind": "ratio", "good": "a"}, now=now
        )
    assert {detail["field"].split(".")[0] for detail in problem.value.details} == {"objective", "spec"}
