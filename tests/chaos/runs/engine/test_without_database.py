"""An agent that loses its database: faults are taken back from memory, and the verdict is written when it is back."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from chaos.runs.domain.states import Verdict
from chaos.runs.services import leases, stopping, undoing
from chaos.runs.supervision import log
from tests.chaos.runs.engine.conftest import Bench, put


def test_faults_are_taken_back_while_the_database_is_away(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    is_away = threading.Event()
    once = log.once

    def failing(write: Any) -> Any:
        if is_away.is_set() and threading.current_thread() is not threading.main_thread():
            raise DatabaseError("it is away")
        return once(write)

    def not_renewed(**_: Any) -> None:
        if is_away.is_set():
            raise DatabaseError("it is away")
        renew(**_)

    renew = leases.renew
    for module in ("log", "watcher", "desk"):
        monkeypatch.setattr(f"chaos.runs.supervision.{module}.once", failing)
    monkeypatch.setattr(leases, "renew", not_renewed)
    run = bench.request(bench.experiment(put(pauses={"after": 60}), put("never")))
    with bench.agent():
        bench.wait_for_fault()
        bench.wait(run, lambda row: row.fault_began_at is not None)
        is_away.set()
        began = time.monotonic()
        while bench.faults():
            assert time.monotonic() - began < 20
            time.sleep(0.05)
        run.refresh_from_db()
        assert run.verdict == "", "nothing could be written"
        is_away.clear()
        bench.wait_for_end(run)
    assert run.verdict == Verdict.ABORTED
    assert "without the database" in run.verdict_reason
    assert len(bench.words("begin")) == 1


def test_no_fault_is_put_in_place_when_the_way_back_cannot_be_written_down(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(**_: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(undoing, "write", failing)
    run = bench.request(bench.experiment(put()))
    with bench.agent():
        bench.wait_for_end(run)
    assert bench.words("begin") == []
    assert run.verdict == Verdict.INCONCLUSIVE
    assert "put" in run.verdict_reason
    assert "could not be written down" in str(list(run.events.values_list("data", flat=True)))


def test_a_run_can_be_stopped_while_it_cannot_be_written_down_that_its_fault_is_in_place(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_away = threading.Event()
    is_away.set()
    noted = undoing.note_injected

    def failing(**values: Any) -> None:
        if is_away.is_set():
            raise DatabaseError("it is away")
        noted(**values)

    monkeypatch.setattr(undoing, "note_injected", failing)
    run = bench.request(bench.experiment(put(pauses={"after": 60})))
    with bench.agent():
        bench.wait_for_fault()
        stopping.stop_run(caller=bench.caller, run_id=run.pk, now=timezone.now())
        began = time.monotonic()
        while bench.faults():
            assert time.monotonic() - began < 10, "the fault stays until the database is there again"
            time.sleep(0.05)
        is_away.clear()
        bench.wait_for_end(run)
    assert run.verdict == Verdict.ABORTED
    assert run.fault_began_at is not None
    assert run.fault_ended_at is not None
    assert run.fault_began_at < run.fault_ended_at
    assert len(bench.texts(run, "injected")) == 1
