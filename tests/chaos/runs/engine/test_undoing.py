"""Taking back: until it is seen to be gone, with what was written down, and told when it cannot be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
from django.utils import timezone

from chaos.experiments.models import Target
from chaos.runs.domain.states import UndoState, Verdict
from chaos.runs.models import Run, RunTarget, UndoRecord
from chaos.runs.services import running, stopping
from chaos.runs.services.leases import lost
from chaos.runs.supervision.faults import fault_of
from chaos.runs.supervision.office import Office
from reliability.access.services import vault
from reliability.outbox.models import Fact
from tests.chaos.runs.engine.conftest import Bench, program, put


def stop(bench: Bench, run: Run) -> None:
    stopping.stop_run(caller=bench.caller, run_id=run.pk, now=timezone.now())


def test_a_fault_that_cannot_be_taken_back_is_told_holds_its_target_and_is_tried_again(bench: Bench) -> None:
    run = bench.request(bench.experiment(put(pauses={"after": 60})))
    refusal = bench.directory / "refuse"
    with bench.agent():
        bench.wait_for_fault()
        refusal.touch()
        stop(bench, run)
        bench.wait_for_end(run, seconds=40)
        assert run.verdict == Verdict.FAILED_TO_UNDO
        assert "it refuses" in bench.texts(run, "undo_failed")[0]
        (record,) = run.undo_records.all()
        assert (record.state, record.last_error) == (UndoState.FAILED, "it refuses")
        assert record.attempts >= 3
        (fact,) = Fact.objects.filter(kind="RunUndoFailed")
        assert (fact.payload["run_id"], fact.payload["records"][0]["target"]) == (run.pk, "files")
        assert RunTarget.objects.get(run=run).is_held
        assert run.lease_until is not None

        refusal.unlink()
        Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        bench.wait(run, lambda row: row.lease_until is None)
    record.refresh_from_db()
    assert (record.state, bench.faults()) == (UndoState.VERIFIED, [])
    assert run.verdict == Verdict.FAILED_TO_UNDO, "what was true stays so"
    assert bench.texts(run, "undone_late")
    assert Fact.objects.filter(kind="RunUndoneLate").count() == 1
    assert not RunTarget.objects.get(run=run).is_held


def test_what_is_tried_again_and_fails_again_waits_for_another_minute(bench: Bench) -> None:
    run = bench.request(bench.experiment(put(pauses={"after": 60})))
    with bench.agent():
        bench.wait_for_fault()
        (bench.directory / "refuse").touch()
        stop(bench, run)
        bench.wait_for_end(run, seconds=40)
        Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        bench.wait(run, lambda row: row.fence == 2)
        bench.wait(
            run,
            lambda row: (row.lease_until or row.requested_at) > timezone.now() + running.AGAIN_AFTER / 2,
            seconds=40,
        )
    assert [record.state for record in run.undo_records.all()] == [UndoState.FAILED]
    assert Fact.objects.filter(kind="RunUndoFailed").count() == 1, "one incident, not one a minute"


def test_the_target_is_reached_as_it_was_when_the_fault_was_put_in(bench: Bench, tmp_path: Path) -> None:
    run = bench.request(bench.experiment(put(pauses={"after": 60})))
    with bench.agent():
        bench.wait_for_fault()
        Target.objects.filter(pk=bench.target.pk).update(config={"directory": str(tmp_path / "elsewhere")})
        stop(bench, run)
        bench.wait_for_end(run)
    assert (run.verdict, bench.faults()) == (Verdict.ABORTED, [])


def test_secrets_of_a_target_are_kept_sealed_and_in_no_text(bench: Bench) -> None:
    secret = "correct-horse-battery"
    sealed = vault.encrypt(orjson.dumps({"token": secret}).decode())
    Target.objects.filter(pk=bench.target.pk).update(sealed=sealed)
    action = put(pauses={"after": 60})
    action["provider"]["arguments"]["word"] = secret
    run = bench.request(bench.experiment(action))
    with bench.agent():
        bench.wait_for_fault()
        record = UndoRecord.objects.get()
        assert secret not in str(record.arguments)
        fault = fault_of(record=record)
        assert fault.plan.arguments["word"] == secret
        assert fault.reach.secrets == {"token": secret}
        stop(bench, run)
        bench.wait_for_end(run)
    assert bench.faults() == []
    assert secret not in str(list(run.events.values_list("text", "data")))


def test_a_secret_that_was_changed_meanwhile_is_tried_before_anybody_is_woken(bench: Bench) -> None:
    old, new = (vault.encrypt(orjson.dumps({"token": word}).decode()) for word in ("old-token", "new-token"))
    Target.objects.filter(pk=bench.target.pk).update(sealed=old)
    run = bench.request(bench.experiment(put(pauses={"after": 60})))
    with bench.agent():
        bench.wait_for_fault()
        (bench.directory / "token").write_text("new-token")
        Target.objects.filter(pk=bench.target.pk).update(sealed=new)
        stop(bench, run)
        bench.wait_for_end(run)
    assert (run.verdict, bench.faults()) == (Verdict.ABORTED, [])
    assert not Fact.objects.filter(kind="RunUndoFailed").exists()


def test_a_record_whose_key_is_gone_is_told_and_not_guessed(bench: Bench, settings: object) -> None:
    run = bench.request(bench.experiment(put()))
    record = UndoRecord.objects.create(
        run=run, number=1, kind="file", activity="put", target=bench.target, sealed=b"?", recorded_at=timezone.now()
    )
    assert "ENCRYPTION_KEYS" in fault_of(record=record).problem


def test_faults_of_one_machine_are_taken_back_there(bench: Bench) -> None:
    here, there = Office(name="db", host="a"), Office(name="", host="b")
    assert here.why_not(kind="process", agent="db", host="elsewhere") == ""
    assert "an agent named db" in there.why_not(kind="process", agent="db", host="b")
    assert "an agent on a" in there.why_not(kind="process", agent="", host="a")
    assert there.why_not(kind="process", agent="", host="b") == ""
    assert there.why_not(kind="toxiproxy", agent="db", host="a") == "", "anybody reaches it"
    assert there.why_not(kind="rollbacks", agent="", host="a") == ""
    assert there.why_not(kind="rollbacks", agent="db", host="a")
    for office in (here, there):
        office.close()


def test_an_ended_run_without_a_fault_is_nobody_s_to_try_again(bench: Bench) -> None:
    run = bench.request(bench.experiment(put()))
    with bench.agent():
        bench.wait_for_end(run)
    assert lost(now=timezone.now() + timedelta(days=1)) == []


def test_an_agent_without_time_leaves_the_rest_to_others_and_calls_nothing_failed(bench: Bench, tmp_path: Path) -> None:
    slow = program("unmake", "sh", "-c", f"sleep 6; touch {tmp_path}/unmade")
    run = bench.request(bench.experiment(put(pauses={"after": 60}), rollbacks=[slow]))
    with bench.agent() as first:
        bench.wait_for_fault()
        assert not first.end(seconds=3.0)
        run.refresh_from_db()
        assert (run.state, bench.faults()) == ("undoing", []), "the fault is gone, the rollbacks are not done"
        with bench.agent():
            bench.wait_for_end(run)
    assert run.verdict == Verdict.ABORTED
    assert (tmp_path / "unmade").exists()
    assert {record.state for record in run.undo_records.all()} == {UndoState.VERIFIED}
