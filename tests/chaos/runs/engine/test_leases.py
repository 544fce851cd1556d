"""What keeps a run with its holder, and what ends it: leases, deadlines, and who takes what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chaos.runs.domain.states import State, Verdict
from chaos.runs.models import RunTarget
from chaos.runs.services import leases
from chaos.runs.supervision import taking
from chaos.runs.supervision.agent import Agent
from chaos.runs.supervision.office import Office
from chaos.runs.supervision.orders import Deadline
from chaos.runs.supervision.watcher import Watcher
from tests.cast import RunFactory, TargetFactory


def test_a_clock_that_is_set_back_gives_no_run_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000.0]
    monkeypatch.setattr("chaos.runs.supervision.orders.time.clock_gettime", lambda _: clock[0])
    now = timezone.now()
    at, deadline = now + timedelta(seconds=60), Deadline()
    assert not deadline.is_over(at, now=now)
    clock[0] += 59
    assert not deadline.is_over(at, now=now - timedelta(hours=1))
    assert deadline.is_over(at, now=at)
    clock[0] += 1
    assert deadline.is_over(at, now=now - timedelta(hours=1))
    assert not deadline.is_over(at + timedelta(seconds=30), now=now), "it begins anew with the first fault"


@pytest.mark.django_db
def test_who_tries_an_ended_run_again_keeps_it_until_it_is_put_off() -> None:
    now = timezone.now()
    values = {"state": State.ENDED, "verdict": Verdict.FAILED_TO_UNDO, "supervisor": "host/1"}
    tried = RunFactory(lease_until=now + timedelta(seconds=1), **values)
    put_off = RunFactory(lease_until=now + timedelta(seconds=60), **values)
    done = RunFactory(lease_until=None, **values)
    leases.renew(supervisor="host/1", run_ids=[tried.pk, put_off.pk, done.pk], now=now)
    for run in (tried, put_off, done):
        run.refresh_from_db()
    assert tried.lease_until == now + leases.lease()
    assert put_off.lease_until == now + timedelta(seconds=60)
    assert done.lease_until is None


@pytest.mark.django_db
def test_runs_that_another_agent_of_the_name_must_do_hold_up_none_behind_them() -> None:
    now = timezone.now()
    target = TargetFactory(kind="packet")
    for _ in range(3):
        run = RunFactory(state=State.READY, ready_at=now - timedelta(seconds=5), mode="real")
        RunTarget.objects.create(run=run, target=target)
    able = RunFactory(state=State.READY, ready_at=now, mode="real")
    office = Office(name="", kinds=["process"])
    try:
        (taken,) = taking.ready(office=office, room=1, now=now)
        assert [run.pk for run, _ in taken] == [able.pk]
    finally:
        office.close()


@pytest.mark.django_db
def test_runs_are_taken_together_but_those_whose_target_another_run_holds() -> None:
    now = timezone.now()
    taken_target, free = TargetFactory(kind="process"), TargetFactory(kind="process")
    RunTarget.objects.create(run=RunFactory(state=State.RUNNING), target=taken_target, is_held=True)
    runs = [
        RunFactory(state=State.READY, ready_at=now - timedelta(seconds=3 - number), mode="real") for number in range(4)
    ]
    for run, target in zip(runs, (taken_target, free, free), strict=False):
        RunTarget.objects.create(run=run, target=target)
    office = Office(name="", kinds=["process"])
    try:
        (taken,) = taking.ready(office=office, room=2, now=now)
        assert [(run.pk, fence) for run, fence in taken] == [(runs[1].pk, 1), (runs[3].pk, 1)]
        assert list(taking.ready(office=office, room=2, now=now)) == [], "at most once"
    finally:
        office.close()
    for run in runs:
        run.refresh_from_db()
    assert [run.state for run in runs] == [State.WAITING, State.STARTING, State.WAITING, State.STARTING]
    assert f"is held by run {runs[1].pk}" in runs[2].waits_for
    assert runs[1].lease_until is not None
    assert runs[1].lease_until >= now + leases.lease()


@pytest.mark.django_db
def test_what_was_taken_and_has_not_begun_is_the_agent_s_already() -> None:
    """Left out once, its lease would never be renewed, and the agent would take it over from itself."""
    agent = Agent()
    watcher = Watcher(office=agent.office, run=RunFactory(state=State.STARTING), fence=1)
    agent._watchers[watcher.run_id] = watcher
    try:
        assert agent.watchers() == [watcher]
        assert agent.watchers() == [watcher]
        watcher.has_ended.set()
        assert agent.watchers() == []
    finally:
        agent.office.close()


@pytest.mark.django_db
def test_a_lost_run_does_not_wait_for_a_clock_that_was_set_back() -> None:
    now = timezone.now()
    set_back = now - timedelta(hours=1)
    run = RunFactory(state=State.RUNNING, supervisor="host/1", fence=1, lease_until=now + leases.lease())
    assert leases.lost(now=now) == []
    (former,) = leases.lost(now=set_back)
    assert former == run
    leases.renew(supervisor="host/1", run_ids=[run.pk], now=set_back)
    assert leases.lost(now=set_back) == [], "its holder lives and has renewed it by the clock of now"
    assert leases.take_over(run=former, supervisor="host/2", now=set_back) is None


@pytest.mark.django_db
def test_whoever_waited_for_the_database_lets_the_holder_of_a_lease_renew_it_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = timezone.now()
    values = {"state": State.RUNNING, "supervisor": "host/1"}
    just, long_ago = (RunFactory(lease_until=now - timedelta(seconds=ago), **values) for ago in (1, 9))
    clock = iter(range(0, 100, 2))
    monkeypatch.setattr("chaos.runs.supervision.taking.time.monotonic", lambda: float(next(clock)))
    office = Office(name="")
    try:
        found = [run.pk for run, *_ in taking.lost(office=office, own=set(), now=now)]
        assert found == [long_ago.pk]
        monkeypatch.setattr("chaos.runs.supervision.taking.time.monotonic", lambda: 1.0)
        assert [run.pk for run, *_ in taking.lost(office=office, own=set(), now=now)] == [just.pk]
    finally:
        office.close()


@pytest.mark.django_db
def test_an_agent_that_was_held_up_itself_looks_for_lost_runs_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[float] = []
    clock = [100.0]

    def lost(**_: object) -> list[object]:
        looked.append(clock[0])
        return []

    monkeypatch.setattr(taking, "lost", lost)
    monkeypatch.setattr("chaos.runs.supervision.agent.time.monotonic", lambda: clock[0])
    agent = Agent()
    try:
        for at in (100.0, 100.5, 107.0, 108.0, 109.0, 114.0, 119.0, 124.0):
            clock[0] = at
            agent._take_runs(at)
        assert looked == [100.0, 109.0, 119.0], "not at 107 nor 114, and not put off twice in a row"
    finally:
        agent.office.close()
