"""Guards while a run is under way: what the fault does to real objectives, and what has nothing to do with it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from chaos.runs.domain.states import State
from chaos.runs.models import GlobalStop, GuardPolicy, Run
from chaos.runs.selectors.guards import watched_slos
from chaos.runs.services import guards
from slo.models import Slo, SloVersion
from slo.services.evaluations import evaluate
from tests.cast import Cast, IncidentFactory, RunFactory
from tests.chaos.runs.judging.conftest import MINUTE, measure

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(run: Run, now: datetime) -> Run:
    """Its fault began at the instant of the test."""
    run.state, run.started_at, run.fault_began_at = State.RUNNING, now, now
    run.deadline_at, run.fence = now + 10 * MINUTE, 1
    run.save()
    return run


def stopped_by(run: Run, at: datetime) -> dict[str, str]:
    return {one.name: one.reason for one in guards.during(run=run, now=at)}


def test_a_calm_run_goes_on(running: Run, slo: Slo, now: datetime) -> None:
    measure(slo, bad=0, until=now + 2 * MINUTE, minutes=2)
    assert stopped_by(running, now + 2 * MINUTE) == {}
    assert not running.guard_decisions.exists()


def test_a_fault_that_burns_is_stopped_after_its_first_measured_minute(running: Run, slo: Slo, now: datetime) -> None:
    measure(slo, bad=40, until=now + MINUTE)
    at = now + MINUTE + timedelta(seconds=20)
    assert stopped_by(running, at) == {
        "burn_rate": "orders burns its error budget 400 × over a minute (40 bad of 100), 14.4 × stops the run"
    }
    kept = running.guard_decisions.get(phase="during")
    assert (kept.name, kept.answer, kept.data["burn"]) == ("burn_rate", "no", pytest.approx(400))


def test_what_burned_before_the_fault_accuses_nobody(running: Run, slo: Slo, now: datetime) -> None:
    measure(slo, bad=40, until=now, minutes=3)
    measure(slo, bad=0, until=now + MINUTE)
    assert "burn_rate" not in stopped_by(running, now + MINUTE)


def test_before_its_first_fault_a_run_is_not_blamed_for_a_burn(running: Run, slo: Slo, now: datetime) -> None:
    running.fault_began_at = None
    measure(slo, bad=40, until=now + MINUTE)
    assert stopped_by(running, now + MINUTE) == {}


def test_a_slow_burn_is_stopped_by_what_it_spent(running: Run, slo: Slo, policy: GuardPolicy, now: datetime) -> None:
    policy.spend_most, policy.stop_burn_rate = 0.001, 1000.0
    policy.save()
    measure(slo, bad=1, until=now + 6 * MINUTE, minutes=6)
    found = stopped_by(running, now + 6 * MINUTE)
    # 10 × for six minutes of 28 days: 60 ÷ 40,320.
    assert found == {"budget_spent": "the run spent 0.15 % of the error budget of orders, 0.1 % stops it"}


def test_time_slices_are_judged_by_the_slices_that_ended(running: Run, slo: Slo, now: datetime) -> None:
    SloVersion.objects.filter(slo=slo).update(
        budgeting_method="Timeslices", slice_minutes=1, slice_target="0.95", objective="0.99"
    )
    measure(slo, bad=40, until=now + MINUTE)
    assert "burns its error budget 100 × over a minute" in stopped_by(running, now + MINUTE)["burn_rate"]


def test_lost_telemetry_stops_a_run(running: Run, now: datetime) -> None:
    assert stopped_by(running, now + timedelta(seconds=299)) == {}
    assert "telemetry" in stopped_by(running, now + timedelta(seconds=301))


def test_a_budget_that_is_gone_stops_a_run(running: Run, slo: Slo, now: datetime) -> None:
    measure(slo, bad=30, until=now, minutes=60)
    evaluate(slo_ids=[slo.pk], now=now)
    assert "error_budget" in stopped_by(running, now)


def test_a_new_severe_incident_the_deadline_and_the_global_stop_end_it(running: Run, cast: Cast, now: datetime) -> None:
    IncidentFactory(team=cast.payments, severity=2, title="Orders fail")
    GlobalStop.objects.create(began_at=now, by_name="Chief", reason="enough")
    at = now + 10 * MINUTE
    found = stopped_by(running, at)
    assert next(iter(found)) == "global_stop"
    assert found.keys() >= {"global_stop", "deadline", "incidents"}
    assert found["global_stop"] == "the global stop is in force, pressed by Chief: enough"


def test_nobody_on_call_does_not_end_what_is_under_way(running: Run, policy: GuardPolicy, now: datetime) -> None:
    policy.needs_on_call = True
    policy.save()
    assert stopped_by(running, now) == {}


def test_many_runs_are_asked_with_the_queries_of_one(
    running: Run, slo: Slo, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    runs = [running] + [
        RunFactory(
            version=running.version, watched_slo_ids=[slo.pk], state="running", fault_began_at=now, started_at=now
        )
        for _ in range(19)
    ]
    measure(slo, bad=0, until=now + MINUTE)
    # One for each run: whether there is a severe incident of its own.
    with django_assert_num_queries(9 + 20):
        found = guards.during_all(runs=runs, now=now + MINUTE)
    assert set(found.values()) == {()}


def test_objectives_of_another_private_team_are_not_watched(running: Run, cast: Cast, slo: Slo, now: datetime) -> None:
    Slo.objects.filter(pk=slo.pk).update(team=cast.search)
    measure(slo, bad=40, until=now + MINUTE)
    assert stopped_by(running, now + MINUTE) == {}


def test_a_run_whose_guards_break_is_stopped_and_the_others_are_guarded_on(
    running: Run, slo: Slo, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = RunFactory(
        experiment=running.experiment,
        state=State.RUNNING,
        watched_slo_ids=[slo.pk],
        fault_began_at=now,
        deadline_at=now + 10 * MINUTE,
    )
    measure(slo, bad=40, until=now + MINUTE)
    asked = watched_slos

    def breaking(*, runs: list[Run]) -> dict[int, list[Slo]]:
        if any(run.pk == running.pk for run in runs):
            raise ValueError("an objective that nobody understands")
        return asked(runs=runs)

    monkeypatch.setattr(guards, "watched_slos", breaking)
    found = guards.during_each(runs=[running, other], now=now + MINUTE)
    assert [one.reason for one in found[running.pk]] == [
        "its guards could not be asked (ValueError): what is not seen cannot stop it"
    ]
    assert [one.name for one in found[other.pk]] == ["burn_rate"]
