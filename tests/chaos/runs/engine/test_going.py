"""A run from its request to its verdict: real agents, real processes, faults that are files."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from chaos.runs.domain.states import Mode, State, UndoState, Verdict
from chaos.runs.models import Agent as AgentRow
from chaos.runs.models import Run, RunTarget
from chaos.runs.services import guards, leases, starting, stopping
from chaos.runs.supervision import agent
from reliability.outbox.models import Fact
from tests.chaos.runs.engine.conftest import Bench, program, put, there


def test_a_run_is_begun_undone_verified_and_judged(bench: Bench, tmp_path: Path) -> None:
    hypothesis = {"title": "The directory is there", "probes": [there(tmp_path)]}
    run = bench.request(bench.experiment(put(), **{"steady-state-hypothesis": hypothesis}))
    with bench.agent() as agent:
        bench.wait_for_end(run)
        assert AgentRow.objects.get().instance == agent.office.instance == run.supervisor
    assert run.verdict == Verdict.HELD, run.verdict_reason
    assert bench.faults() == []
    (record,) = run.undo_records.all()
    assert (record.state, record.arguments["config"]) == (UndoState.VERIFIED, {"directory": str(bench.directory)})
    assert [record.recorded_at, record.injected_at, record.verified_at] == sorted(
        filter(None, [record.recorded_at, record.injected_at, record.verified_at])
    )
    assert run.fault_began_at == record.injected_at
    assert run.fault_ended_at == record.verified_at
    assert not RunTarget.objects.filter(is_held=True).exists()
    assert run.lease_until is None
    kinds = list(run.events.values_list("kind", flat=True))
    assert kinds.index("started") < kinds.index("injected") < kinds.index("undone") < kinds.index("ended")
    assert list(run.events.values_list("number", flat=True)) == list(range(1, len(kinds) + 1))
    assert set(Fact.objects.values_list("kind", flat=True)) >= {"RunStarted", "RunEnded"}
    assert not AgentRow.objects.exists(), "an agent that ended is not there any more"


def test_a_stop_takes_the_fault_back_within_two_seconds(bench: Bench) -> None:
    run = bench.request(bench.experiment(put(pauses={"after": 60}), put("never")))
    with bench.agent():
        bench.wait_for_fault()
        asked_at = time.monotonic()
        stopping.stop_run(caller=bench.caller, run_id=run.pk, reason="enough", now=timezone.now())
        while bench.faults():
            time.sleep(0.01)
        assert time.monotonic() - asked_at < 2.0
        bench.wait_for_end(run)
    assert run.verdict == Verdict.ABORTED
    assert "system: enough" in run.verdict_reason
    assert len(bench.words("inject")) == 1


def test_a_process_that_is_killed_leaves_no_fault_and_its_method_is_not_begun_again(bench: Bench) -> None:
    run = bench.request(bench.experiment(put(pauses={"after": 60})))
    with bench.agent():
        bench.wait_for_fault()
        bench.kill(run)
        bench.wait_for_end(run)
    assert (run.verdict, bench.faults()) == (Verdict.ABORTED, [])
    assert "its process was lost: it was ended by SIGKILL" in run.verdict_reason
    assert len(bench.words("begin")) == 1


def test_a_stop_that_a_fault_runs_into_before_the_agent_looks_is_a_stop(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "LOOK_SECONDS", 8.0)
    run = bench.request(bench.experiment(put(pauses={"after": 2}), put("second"), put("third")))
    with bench.agent():
        bench.wait_for_fault()
        stopping.stop_run(caller=bench.caller, run_id=run.pk, reason="enough", now=timezone.now())
        bench.wait_for_end(run)
    assert run.verdict == Verdict.ABORTED, run.verdict_reason
    assert "system: enough" in run.verdict_reason
    assert (len(bench.words("inject")), bench.faults()) == (1, [])


def test_a_stop_is_obeyed_while_leases_wait_for_whoever_writes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    is_over, are_being_renewed = threading.Event(), threading.Event()

    def renew(**_: object) -> None:
        are_being_renewed.set()
        is_over.wait(60)

    run = bench.request(bench.experiment(put(pauses={"after": 60})))
    with bench.agent():
        bench.wait_for_fault()
        bench.wait(run, lambda row: row.fault_began_at is not None)
        monkeypatch.setattr(leases, "renew", renew)
        assert are_being_renewed.wait(20)
        asked_at = time.monotonic()
        stopping.stop_run(caller=bench.caller, run_id=run.pk, reason="enough", now=timezone.now())
        try:
            while bench.faults():
                time.sleep(0.01)
            assert time.monotonic() - asked_at < 2.0
            bench.wait_for_end(run)
        finally:
            is_over.set()
    assert run.verdict == Verdict.ABORTED


def test_a_lost_agent_s_run_is_taken_over_undone_and_never_begun_again(bench: Bench) -> None:
    run = bench.request(bench.experiment(put(pauses={"after": 60}), put("never")))
    with bench.agent() as first:
        bench.wait_for_fault()
        (watcher,) = first.watchers()
        first.has_ended.set()  # it does not renew any more, as if it hung
        with bench.agent() as second:
            bench.wait_for_end(run)
            assert run.supervisor == second.office.instance
        assert (run.verdict, run.fence, bench.faults()) == (Verdict.ABORTED, 2, [])
        assert "was not heard of any more" in run.verdict_reason
        watcher.join(10)
        assert not watcher.is_alive(), "it was kept from writing, and gave up"
    assert len(bench.words("begin")) == 1
    assert len(bench.texts(run, "ended")) == 1


def test_an_agent_that_is_told_to_end_takes_everything_back_first(bench: Bench) -> None:
    run = bench.request(bench.experiment(put(pauses={"after": 60}), put("never")))
    with bench.agent() as agent:
        bench.wait_for_fault()
        began = time.monotonic()
        assert agent.end()
        assert time.monotonic() - began < 5
        bench.wait_for_end(run)
    assert (run.verdict, bench.faults()) == (Verdict.ABORTED, [])
    assert "told to end" in run.verdict_reason
    assert len(bench.words("begin")) == 1


def test_two_runs_of_one_target_follow_each_other(bench: Bench, tmp_path: Path) -> None:
    hypothesis = {"title": "The directory is there", "probes": [there(tmp_path)]}
    experiment = bench.experiment(put(pauses={"after": 2}), **{"steady-state-hypothesis": hypothesis})
    first, second = bench.request(experiment), bench.request(experiment)
    with bench.agent():
        bench.wait_for_fault()
        bench.wait(second, lambda row: bool(row.waits_for))
        assert f"held by run {first.pk}" in second.waits_for
        bench.wait_for_end(first)
        assert starting.decide(run_id=second.pk, now=timezone.now()) is not None, "the guards let it go now"
        bench.wait_for_end(second)
    assert first.verdict == second.verdict
    assert len(bench.words("inject")) == 2


def test_the_deadline_ends_a_run(bench: Bench) -> None:
    run = bench.request(bench.experiment(put(), program("wait", "sleep", "60"), deadline_seconds=2))
    with bench.agent():
        bench.wait_for_end(run)
    assert (run.verdict, bench.faults()) == (Verdict.ABORTED, [])
    assert "deadline" in run.verdict_reason


def test_rollbacks_that_are_declared_are_done_by_a_fresh_process_when_the_first_was_killed(
    bench: Bench, tmp_path: Path
) -> None:
    made, unmade = tmp_path / "made", tmp_path / "unmade"
    method = [program("make", "touch", str(made)), program("wait", "sleep", "60")]
    run = bench.request(bench.experiment(*method, rollbacks=[program("unmake", "touch", str(unmade))]))
    with bench.agent():
        while not made.exists():
            time.sleep(0.02)
        bench.kill(run)
        bench.wait_for_end(run)
    assert unmade.exists()
    assert [record.state for record in run.undo_records.all()] == [UndoState.VERIFIED]


def test_programs_of_a_killed_process_do_not_go_on(bench: Bench, tmp_path: Path) -> None:
    late = tmp_path / "late"
    run = bench.request(bench.experiment(put(), program("late", "sh", "-c", f"sleep 3; touch {late}")))
    with bench.agent():
        bench.wait_for_fault()
        bench.wait(run, lambda row: "late" in bench.texts(row, "activity_began"))
        time.sleep(0.3)
        bench.kill(run)
        bench.wait_for_end(run)
    time.sleep(3.2)
    assert not late.exists()


def test_a_dry_run_holds_no_target_and_does_nothing(bench: Bench) -> None:
    run = bench.request(bench.experiment(put()), mode=Mode.DRY)
    with bench.agent():
        bench.wait_for_end(run)
    assert run.verdict == Verdict.INCONCLUSIVE
    assert (bench.words("begin"), run.undo_records.count()) == ([], 0)
    assert bench.texts(run, "planned") == ["put: would put file put into files for 600 s"]


def test_a_run_that_no_agent_takes_is_missed(bench: Bench) -> None:
    run = bench.request(bench.experiment(put()))
    assert starting.decide(run_id=run.pk, now=timezone.now() + timedelta(seconds=20)) is not None
    run.refresh_from_db()
    assert "manage.py chaos agent" in run.waits_for
    assert starting.decide(run_id=run.pk, now=run.not_after) is None
    run.refresh_from_db()
    assert (run.state, run.verdict) == (State.ENDED, Verdict.ABORTED)
    assert "missed" in run.verdict_reason


def test_guards_that_do_not_answer_any_more_stop_what_they_guard(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.CHAOS_GUARD_SECONDS = 0.2
    monkeypatch.setattr(agent, "_GUARDS_SILENT_SECONDS", 2.0)
    is_over = threading.Event()
    monkeypatch.setattr(guards, "during_each", lambda **_: is_over.wait(60) and {})
    run = bench.request(bench.experiment(put(pauses={"after": 60})))
    try:
        with bench.agent():
            bench.wait_for_end(run)
    finally:
        is_over.set()
    assert run.verdict == Verdict.ABORTED
    assert "stopped by the guard telemetry: its guards have not answered" in run.verdict_reason
    assert bench.faults() == []


def test_nothing_of_others_begins_once_another_agent_has_the_run(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the machine of an agent was asleep: its process goes on before the agent knows."""
    monkeypatch.setattr(agent.Agent, "_hand_on_stops", lambda *_: None)
    done = tmp_path / "done"
    run = bench.request(bench.experiment(program("waits", "sleep", "2"), program("acts", "touch", str(done))))
    with bench.agent() as first:
        bench.wait(run, lambda row: row.events.filter(kind="activity_began").exists())
        (watcher,) = first.watchers()
        now = timezone.now()
        Run.objects.filter(pk=run.pk).update(
            fence=run.fence + 1, supervisor="elsewhere/1", lease_until=now + timedelta(seconds=30)
        )
        watcher.join(20)
        assert not watcher.is_alive()
    assert not done.exists()
