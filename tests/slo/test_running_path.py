"""From a real Prometheus to a status by nothing but ticks: collect, backfill, evaluate, minute after minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reliability.kit.periods import Period
from reliability.outbox.models import Due
from reliability.outbox.services import runs
from reliability.outbox.services.claims import Claim
from reliability.outbox.services.due import ensure_standing
from reliability.outbox.services.tick import tick
from slo.models import Slo, SloStatus
from slo.selectors.backfills import latest_of
from slo.selectors.history import history_of
from slo.selectors.status import status_of
from slo.services import backfills, slis, slos
from slo.services.slis import SliDraft
from slo.services.slos import SloDraft
from tests.cast import Cast, SourceFactory
from tests.servers.prometheus import KnownSeries, PrometheusServer, prometheus, write_blocks

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, tzinfo=UTC)
SCRAPE = 15
DAYS = 3
GOOD, BAD = 18, 2  # per scrape: 72 and 8 a minute
GAP = Period(START + timedelta(hours=30), START + timedelta(hours=31))  # nothing was scraped
RESTART = START + timedelta(hours=40)  # the counters begin at zero


def samples(per_scrape: int) -> list[tuple[float, float]]:
    found, value = [], 5_000.0
    for number in range(DAYS * 86_400 // SCRAPE + 1):
        at = START + timedelta(seconds=number * SCRAPE)
        value = per_scrape if at == RESTART else value + per_scrape
        if not GAP.start < at < GAP.end:
            found.append((at.timestamp(), value))
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    directory = tmp_path_factory.mktemp("path") / "data"
    series = [
        KnownSeries("shop_requests_total", {"code": code}, samples(per_scrape))
        for code, per_scrape in (("200", GOOD), ("500", BAD))
    ]
    write_blocks(series=series, directory=directory)
    with prometheus(directory=directory) as running:
        yield running


class Clock:
    """Seconds pass only when a test says so."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def drain(clock: Clock) -> None:
    """Do everything that is due now, as workers would."""

    def do(claim: Claim) -> None:
        outcome = runs.run(due_id=claim.due_id, token=claim.token, owner="test", clock=clock)
        assert outcome in (runs.Outcome.DONE, runs.Outcome.MOVED), Due.objects.get(pk=claim.due_id).last_error

    while tick(now=clock(), hand_over=do):
        pass


def pass_minutes(clock: Clock, minutes: int) -> None:
    for _ in range(minutes * 4):
        clock.now += timedelta(seconds=15)
        drain(clock)


@pytest.fixture
def objective(cast: Cast, server: PrometheusServer, settings: Any) -> Callable[[datetime], Slo]:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]

    def make(now: datetime) -> Slo:
        editor = cast.caller("editor")
        source = SourceFactory(team=cast.payments, kind="prometheus", settings={"url": server.url})
        spec = {"kind": "ratio", "good": 'shop_requests_total{code="200"}', "valid": "shop_requests_total"}
        sli = slis.create(
            caller=editor,
            draft=SliDraft(name="requests", team_id=cast.payments.pk, source_id=source.pk, spec=spec),
            now=now,
        )
        draft = SloDraft(
            name="requests",
            title="Requests succeed",
            team_id=cast.payments.pk,
            sli_id=sli.pk,
            objective="0.8",
            window={"rolling": "2d"},
        )
        return slos.create(caller=editor, draft=draft, now=now)

    return make


def test_ticks_alone_bring_the_counts_of_prometheus_into_the_budget(
    cast: Cast, objective: Callable[[datetime], Slo]
) -> None:
    clock = Clock(START + timedelta(days=2, hours=12, seconds=3))
    slo = objective(clock.now)
    backfills.start(caller=cast.caller("editor"), sli=slo.sli, period=Period(START, clock.now), now=clock.now)
    ensure_standing(now=clock.now)
    pass_minutes(clock, 4)

    backfill = latest_of(sli=slo.sli)
    assert backfill is not None
    assert (backfill.state, backfill.last_error) == ("done", "")
    row = SloStatus.objects.get(slo=slo)
    now = clock.now.replace(second=0)
    # 60 hours without the hour of the gap; a minute waits until it has been over for one.
    assert row.evaluated_at >= now - timedelta(minutes=1)
    assert row.measured_until is not None
    assert now - row.measured_until <= timedelta(minutes=2)
    measured = 2 * 1440 - 60 - (row.evaluated_at - row.measured_until) // timedelta(minutes=1)
    assert (row.valid, row.good) == (80.0 * measured, 72.0 * measured)
    assert row.coverage == measured / 2880
    assert row.sli == 0.9
    assert row.consumed == 0.5
    assert row.burn_rates["6h"] == 0.5
    assert row.state == "met"

    in_gap = status_of(slo=slo, at=GAP.end, now=clock.now)
    assert in_gap.burn_rates["30m"] is None
    assert in_gap.burn_rates["2h"] == 0.5
    hours = history_of(slo=slo, period=Period(START, GAP.end + timedelta(hours=12)), step=timedelta(hours=1), now=now)
    assert [point.valid for point in hours[1:]] == [4_800.0] * 29 + [0.0] + [4_800.0] * 12
    assert [point.sli for point in hours if point.start == GAP.start] == [None]


def test_an_outage_of_everything_is_caught_up_without_a_lost_minute(objective: Callable[[datetime], Slo]) -> None:
    clock = Clock(START + timedelta(hours=35, seconds=3))
    slo = objective(clock.now)
    drain(clock)
    clock.now += timedelta(hours=20)  # no tick ran
    pass_minutes(clock, 2)
    status = status_of(slo=slo, at=clock.now, now=clock.now)
    assert status.measured_until is not None
    first = START + timedelta(hours=35) - timedelta(minutes=71)
    minutes = (status.measured_until - max(first, GAP.end)) // timedelta(minutes=1)
    assert (status.valid, status.good) == (80.0 * minutes, 72.0 * minutes)
    evaluations = Due.objects.get(kind="slo.evaluate")
    assert (evaluations.attempts, evaluations.last_error) == (0, "")
