"""Injectors of the product under the engine: a process of this machine is paused, and runs again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from chaos.injectors.registry import get
from chaos.runs.domain.states import Verdict
from chaos.runs.services import stopping
from tests.cast import TargetFactory
from tests.chaos.runs.engine.conftest import Bench

pytestmark = pytest.mark.skipif(bool(get("process").works_here()), reason="no processes are paused here")


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "300"]) as process:
        (tmp_path / "pid").write_text(str(process.pid))
        yield process
        process.kill()


def pause(**more: Any) -> dict[str, Any]:
    arguments = {"target": "sleeper", "duration": 120}
    provider = {"type": "python", "module": "chaos.injectors.process", "func": "pause", "arguments": arguments}
    return {"type": "action", "name": "pause", "provider": provider, **more}


def is_stopped(process: subprocess.Popen[bytes]) -> bool:
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def wait_for(process: subprocess.Popen[bytes], *, stopped: bool, seconds: float = 20.0) -> float:
    began = time.monotonic()
    while is_stopped(process) is not stopped:
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.mark.parametrize("end", ["stop", "killed process", "lost agent"])
def test_a_paused_process_runs_again_whatever_ends_the_run(
    bench: Bench, sleeper: subprocess.Popen[bytes], tmp_path: Path, end: str
) -> None:
    TargetFactory(
        team=bench.target.team,
        service=bench.target.service,
        slug="sleeper",
        kind="process",
        config={"pidfile": str(tmp_path / "pid")},
    )
    run = bench.request(bench.experiment(pause(pauses={"after": 60})))
    with bench.agent() as agent:
        wait_for(sleeper, stopped=True)
        if end == "stop":
            stopping.stop_run(caller=bench.caller, run_id=run.pk, now=timezone.now())
            assert wait_for(sleeper, stopped=False) < 2.0
        elif end == "killed process":
            bench.kill(run)
            wait_for(sleeper, stopped=False)
        else:
            agent.has_ended.set()
            with bench.agent():
                wait_for(sleeper, stopped=False)
                bench.wait_for_end(run)
        bench.wait_for_end(run)
    assert run.verdict == Verdict.ABORTED
    (record,) = run.undo_records.all()
    assert record.verified_at is not None
    assert record.expires_at is not None
