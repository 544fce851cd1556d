"""Who may ask for runs and stop them; the red button."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chaos.experiments.models import Experiment
from chaos.runs.domain.states import State, Verdict
from chaos.runs.models import GlobalStop, GuardPolicy, Run
from chaos.runs.selectors.global_stop import in_force
from chaos.runs.services import events, global_stop, leases, requests, starting, stopping
from reliability.access.models import AuditEntry
from reliability.outbox.models import Due, Fact
from reliability.web.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import Cast, ExperimentFactory, ExperimentVersionFactory, TargetFactory


@pytest.fixture
def experiment(cast: Cast, now: datetime) -> Experiment:
    GuardPolicy.objects.create(team=cast.payments, needs_on_call=False, created_at=now, updated_at=now)
    made: Experiment = ExperimentFactory(team=cast.payments)
    ExperimentVersionFactory(experiment=made)
    return made


def ask(cast: Cast, experiment: Experiment, now: datetime, who: str = "responder", **more: Any) -> Run:
    given = {"not_before": now, **more}
    return requests.request_run(caller=cast.caller(who), experiment=experiment, now=now, **given)


def test_responders_ask_and_it_is_written_down(cast: Cast, experiment: Experiment, now: datetime) -> None:
    run = ask(cast, experiment, now, reason="after the fix")
    assert (run.state, run.requested_by, run.version.number) == (State.WAITING, cast.responder, 1)
    assert Due.objects.get(kind="chaos.start").key == str(run.pk)
    assert AuditEntry.objects.get(action="run.request").reason == "after the fix"
    assert [event.number for event in run.events.all()] == [1]
    with pytest.raises(Forbidden):
        ask(cast, experiment, now, who="viewer")
    with pytest.raises(NotFound):
        ask(cast, experiment, now, who="outsider")


def test_one_cause_makes_one_run(cast: Cast, experiment: Experiment, now: datetime) -> None:
    first = ask(cast, experiment, now, origin="schedule:5", origin_key="schedule:5:a")
    assert ask(cast, experiment, now, origin="schedule:5", origin_key="schedule:5:a") == first
    assert ask(cast, experiment, now, origin="schedule:5", origin_key="schedule:5:b") != first


def test_what_cannot_be_run_is_said_when_it_is_asked_for(cast: Cast, experiment: Experiment, now: datetime) -> None:
    with pytest.raises(Invalid, match="must lie after the start"):
        ask(cast, experiment, now, not_after=now)
    ExperimentVersionFactory(experiment=experiment, number=2, text="title: x\ndescription: y\n", document={})
    with pytest.raises(Invalid, match="cannot be run as it is"):
        ask(cast, experiment, now)
    experiment.is_archived = True
    with pytest.raises(Conflict, match="archived"):
        ask(cast, experiment, now)


def test_open_runs_of_a_team_are_bounded(cast: Cast, experiment: Experiment, now: datetime, settings: Any) -> None:
    settings.CHAOS_OPEN_RUNS_MAX = 1
    ask(cast, experiment, now)
    with pytest.raises(Conflict, match="1 runs that wait"):
        ask(cast, experiment, now)


def test_targets_of_two_agents_are_refused(cast: Cast, now: datetime) -> None:
    targets = [TargetFactory(team=cast.payments, agent=name) for name in ("a", "b", "")]
    assert requests._agent_of([targets[0], targets[2]]) == "a"
    with pytest.raises(Invalid, match="different agents"):
        requests._agent_of(targets)


def test_a_run_that_has_not_begun_ends_at_once_when_it_is_stopped(
    cast: Cast, experiment: Experiment, now: datetime
) -> None:
    run = ask(cast, experiment, now)
    with pytest.raises(Forbidden):
        stopping.stop_run(caller=cast.caller("viewer"), run_id=run.pk, now=now)
    with pytest.raises(NotFound):
        stopping.stop_run(caller=cast.caller("outsider"), run_id=run.pk, now=now)
    run = stopping.stop_run(caller=cast.caller("responder"), run_id=run.pk, reason="wrong day", now=now)
    assert (run.state, run.verdict) == (State.ENDED, Verdict.ABORTED)
    assert "wrong day" in run.verdict_reason
    with pytest.raises(Conflict):
        stopping.stop_run(caller=cast.caller("responder"), run_id=run.pk, now=now)


def test_the_global_stop_ends_what_is_let_go_and_lets_nothing_go(
    cast: Cast, experiment: Experiment, now: datetime
) -> None:
    waiting, ready, running = (ask(cast, experiment, now) for _ in range(3))
    Run.objects.filter(pk__in=[ready.pk, running.pk]).update(state=State.READY, ready_at=now)
    ready.refresh_from_db()
    running.refresh_from_db()
    assert leases.take(run=running, supervisor="a/1-x", now=now) == 1
    with pytest.raises(Forbidden):
        global_stop.begin(caller=cast.caller("viewer"), now=now)
    stop = global_stop.begin(caller=cast.caller("responder"), reason="outage", now=now)
    assert global_stop.begin(caller=cast.caller("editor"), reason="again", now=now) == stop == in_force()
    for run in (waiting, ready, running):
        run.refresh_from_db()
    assert (waiting.state, ready.state) == (State.WAITING, State.ENDED)
    assert (running.state, running.stop_kind, running.stop_reason) == (State.STARTING, "global_stop", "outage")
    starting.decide(run_id=waiting.pk, now=now)
    waiting.refresh_from_db()
    assert waiting.waits_for == f"chaos is stopped by {cast.responder.name}: outage"
    with pytest.raises(Forbidden, match="may lift"):
        global_stop.lift(caller=cast.caller("editor"), now=now)
    global_stop.lift(caller=cast.caller("responder"), now=now)
    with pytest.raises(Conflict):
        global_stop.lift(caller=cast.caller("chief"), now=now)
    assert GlobalStop.objects.get().lifted_by_name == cast.responder.name
    assert set(Fact.objects.values_list("kind", flat=True)) >= {"GlobalStopBegan", "GlobalStopLifted"}
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"global_stop.begin", "global_stop.lift"}


def test_a_run_is_taken_once_and_taken_over_once(cast: Cast, experiment: Experiment, now: datetime) -> None:
    run = ask(cast, experiment, now)
    Run.objects.filter(pk=run.pk).update(state=State.READY, ready_at=now)
    run.refresh_from_db()
    assert leases.take(run=run, supervisor="a", now=now) == 1
    assert leases.take(run=run, supervisor="b", now=now) is None
    later = now + leases.lease() + timedelta(seconds=1)
    assert leases.lost(now=now) == []
    (former,) = leases.lost(now=later)
    assert leases.take_over(run=former, supervisor="b", now=later) == 2
    assert leases.take_over(run=former, supervisor="c", now=later) is None
    with pytest.raises(leases.LeaseLostError), leases.holding(run_id=run.pk, fence=1):
        pass
    with pytest.raises(leases.LeaseLostError):
        events.record(run=run, kind="x", text="x", now=now, fence=1)
    with leases.holding(run_id=run.pk, fence=2) as held:
        assert held.state == State.UNDOING
    leases.renew(supervisor="a", run_ids=[run.pk], now=later + timedelta(hours=1))
    run.refresh_from_db()
    assert run.lease_until == later + leases.lease(), "who lost it renews nothing"
