"""Evaluations: rows for lists, facts of changes, and how many queries they take."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reliability.access.domain.caller import SYSTEM
from reliability.kit.instants import floor_minute, from_minute, to_minute
from reliability.outbox.models import Fact
from slo import handlers
from slo.domain.minutes import MinuteSeries
from slo.domain.status import State
from slo.models import Exclusion, Slo, SloStatus, SloVersion
from slo.selectors.slos import SloFilters, SloOrdering, count_by_state, list_slos
from slo.selectors.sparklines import PARTS
from slo.selectors.status import status_of
from slo.services.evaluations import evaluate, evaluate_team
from slo.services.series import store, store_many
from tests.cast import Cast, ServiceFactory, SliFactory, SloFactory, SloVersionFactory, SourceFactory

pytestmark = pytest.mark.django_db


def measure(slo: Slo, *, bad: float, now: datetime, minutes: int = 60) -> None:
    start = to_minute(now) - minutes
    valid = np.full(minutes, 100.0)
    covered = np.ones(minutes, dtype=np.bool_)
    store(sli_id=slo.sli_id, counts=MinuteSeries(start, valid - bad, valid, covered), now=now)


def test_a_row_holds_what_status_of_answers(now: datetime) -> None:
    slo = SloFactory()
    measure(slo, bad=0.5, now=now)
    evaluate(slo_ids=[slo.pk], now=now + timedelta(seconds=31))
    row, view = SloStatus.objects.get(slo=slo), status_of(slo=slo, at=now, now=now)
    assert (row.state, row.state_reason) == (view.state.value, view.state_reason)
    assert (row.sli, row.good, row.valid, row.coverage) == (view.sli, view.good, view.valid, view.coverage)
    assert (row.consumed, row.remaining) == (view.budget.consumed, view.budget.remaining)
    assert (row.burn_rates, row.burn_rate_1h) == (view.burn_rates, view.burn_rates["1h"])
    assert (row.window_start_at, row.window_end_at) == (view.window.start, view.window.end)
    assert (row.evaluated_at, row.measured_until) == (floor_minute(now), view.measured_until)
    assert len(row.sparkline) == PARTS
    assert (row.sparkline[0], row.sparkline[-1]) == (None, 0.995)


def test_a_change_of_state_is_one_fact_in_the_transaction_of_the_row(now: datetime) -> None:
    slo = SloFactory()
    measure(slo, bad=0.0, now=now)
    evaluate(slo_ids=[slo.pk], now=now)
    assert not Fact.objects.exists()
    later = now + timedelta(minutes=10)
    measure(slo, bad=50.0, now=later, minutes=10)
    for _ in range(3):
        evaluate(slo_ids=[slo.pk], now=later)
    fact = Fact.objects.get(kind="SloStateChanged")
    assert (fact.kind, fact.team_id) == ("SloStateChanged", slo.team_id)
    assert (fact.payload["slo"], fact.payload["from"], fact.payload["to"]) == (slo.name, "met", "breached")
    assert "of the error budget is spent" in fact.payload["reason"]
    row = SloStatus.objects.get(slo=slo)
    assert (row.state, row.state_since) == ("breached", later)


def test_a_second_evaluation_of_a_minute_writes_nothing(now: datetime) -> None:
    slo = SloFactory()
    measure(slo, bad=0.5, now=now)
    evaluate(slo_ids=[slo.pk], now=now)
    with CaptureQueriesContext(connection) as queries:
        evaluate(slo_ids=[slo.pk], now=now + timedelta(seconds=20))
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))]


def test_an_evaluation_that_comes_late_leaves_a_newer_one_alone(now: datetime) -> None:
    slo = SloFactory()
    measure(slo, bad=0.5, now=now)
    evaluate(slo_ids=[slo.pk], now=now + timedelta(minutes=5))
    evaluate(slo_ids=[slo.pk], now=now)
    assert SloStatus.objects.get(slo=slo).evaluated_at == now + timedelta(minutes=5)


def test_the_handler_comes_again_next_minute_and_ends_with_the_last_objective(now: datetime) -> None:
    slo = SloFactory()
    due = handlers.evaluate(key=str(slo.team_id), payload={}, now=now)
    assert due is not None
    assert timedelta(minutes=1) <= due - now <= timedelta(minutes=2)
    assert handlers.evaluate(key="999999", payload={}, now=now) is None


def make_fleet(size: int, now: datetime) -> list[Slo]:
    source = SourceFactory()
    slis = SliFactory.create_batch(size, source=source)
    slos = Slo.objects.bulk_create(
        Slo(team=source.team, sli=sli, name=f"fleet-{number}", title=f"Fleet {number}")
        for number, sli in enumerate(slis)
    )
    SloVersion.objects.bulk_create(
        SloVersion(
            slo=slo,
            sli=slo.sli,
            objective=Decimal("0.99"),
            window={"rolling": "28d"},
            effective_from=now - timedelta(days=60),
            author_name="Editor",
        )
        for slo in slos
    )
    valid = np.full(50, 100.0)
    covered = np.ones(50, dtype=np.bool_)
    start = to_minute(now) - 50
    store_many(
        counts={sli.pk: MinuteSeries(start, valid - number % 4, valid, covered) for number, sli in enumerate(slis)},
        now=now,
    )
    return slos


def test_the_queries_of_an_evaluation_do_not_grow_with_the_objectives(now: datetime) -> None:
    slos = make_fleet(3, now)
    team_id = slos[0].team_id
    counted = []
    for moment in (now, now + timedelta(minutes=15)):
        evaluate_team(team_id=team_id, now=moment)
        with CaptureQueriesContext(connection) as queries:
            evaluate_team(team_id=team_id, now=moment + timedelta(minutes=1))
        counted.append(len(queries))
        for _ in range(30):
            measure(SloFactory(sli__source=slos[0].sli.source), bad=0.5, now=now)
    assert counted[0] == counted[1]


def test_an_exclusion_of_a_service_counts_for_each_of_its_objectives(now: datetime) -> None:
    service = ServiceFactory()
    slos = [SloFactory(service=service), SloFactory(service=service), SloFactory()]
    for slo in slos:
        measure(slo, bad=50.0, now=now)
    Exclusion.objects.create(
        team=service.team,
        service=service,
        start_at=now - timedelta(hours=2),
        end_at=now,
        reason="a move",
        author_name="Editor",
    )
    evaluate(slo_ids=[slo.pk for slo in slos], now=now)
    assert [SloStatus.objects.get(slo=slo).state for slo in slos] == ["no_data", "no_data", "breached"]


def test_a_list_is_one_query_whatever_it_shows_and_in_the_order_asked_for(now: datetime, cast: Cast) -> None:
    slos = make_fleet(6, now)
    evaluate_team(team_id=slos[0].team_id, now=now)
    unknown = SloFactory(name="unknown", service=ServiceFactory(name="checkout"))
    with CaptureQueriesContext(connection) as queries:
        rows = list(list_slos(caller=SYSTEM))
        shown = [(slo.team.name, slo.sli.name, slo.status.version.objective) for slo in rows[:-1]]
    assert (len(queries), len(shown)) == (1, 6)
    assert [slo.name for slo in rows] == ["fleet-3", "fleet-2", "fleet-1", "fleet-5", "fleet-0", "fleet-4", "unknown"]
    by_name = list_slos(caller=SYSTEM, ordering=SloOrdering.NAME).values_list("name", flat=True)
    assert list(by_name) == sorted(by_name)
    by_burn = list(list_slos(caller=SYSTEM, ordering=SloOrdering.BURN).values_list("name", flat=True))
    assert (by_burn[0], by_burn[-1]) == ("fleet-3", "unknown")
    found = list_slos(caller=SYSTEM, filters=SloFilters(text="check"))
    assert [slo.pk for slo in found] == [unknown.pk]
    breached = list_slos(caller=SYSTEM, filters=SloFilters(states=(State.BREACHED,)))
    assert {slo.name for slo in breached} == {"fleet-2", "fleet-3"}
    assert count_by_state(caller=SYSTEM) == {
        State.MET: 2,
        State.AT_RISK: 2,
        State.BREACHED: 2,
        State.NO_DATA: 1,
    }
    assert not list_slos(caller=cast.caller("outsider")).exists()


def test_a_sparkline_is_drawn_anew_only_now_and_then(now: datetime) -> None:
    slo = SloFactory()
    measure(slo, bad=0.5, now=now)
    evaluate(slo_ids=[slo.pk], now=now)
    first = SloStatus.objects.get(slo=slo).sparkline_at
    evaluate(slo_ids=[slo.pk], now=now + timedelta(minutes=5))
    assert SloStatus.objects.get(slo=slo).sparkline_at == first
    evaluate(slo_ids=[slo.pk], now=now + timedelta(minutes=20))
    assert SloStatus.objects.get(slo=slo).sparkline_at == now + timedelta(minutes=20)


def test_slices_are_evaluated_beside_events(now: datetime) -> None:
    events = SloFactory()
    slices = SloFactory(sli=events.sli, version=None)
    SloVersionFactory(
        slo=slices,
        budgeting_method="Timeslices",
        slice_minutes=5,
        slice_target=Decimal("0.95"),
        window={"rolling": "1d"},
    )
    measure(events, bad=10.0, now=now)
    evaluate(slo_ids=[events.pk, slices.pk], now=now)
    row = SloStatus.objects.get(slo=slices)
    assert row.sli == pytest.approx(1 - 12 / 288)
    assert row.remaining_minutes == pytest.approx(288 * 5 * 0.01 - 60)
    assert row.measured_until == from_minute(to_minute(now))
