"""Many runs stopped at once: faults first, and nobody waits for others for long."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from chaos.experiments.models import Target
from chaos.runs.domain.states import Verdict
from chaos.runs.models import Run
from chaos.runs.services import global_stop, running, undoing
from chaos.runs.supervision import rush
from chaos.runs.supervision.rush import Rush
from tests.cast import TargetFactory
from tests.chaos.runs.engine.conftest import Bench, put
from tests.chaos.runs.engine.fake import KIND, acts


def test_it_is_over_once_the_last_has_taken_its_faults_back() -> None:
    all_of_them = Rush()
    assert not all_of_them.is_on()
    all_of_them.wait()
    for run_id in (1, 2):
        all_of_them.begin(run_id)
    all_of_them.end(1)
    assert all_of_them.is_on()
    began = time.monotonic()
    threading.Timer(0.2, all_of_them.end, args=(2,)).start()
    all_of_them.wait()
    assert 0.1 < time.monotonic() - began < rush.SECONDS_MAX
    assert not all_of_them.is_on()
    all_of_them.end(2)


def test_who_never_comes_to_its_end_holds_up_others_only_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rush, "SECONDS_MAX", 0.3)
    all_of_them = Rush()
    all_of_them.begin(1)
    began = time.monotonic()
    all_of_them.wait()
    assert 0.3 <= time.monotonic() - began < 2
    assert not all_of_them.is_on()


def more_targets(bench: Bench, tmp_path: Path, *slugs: str, slow: float = 0) -> list[Path]:
    found = []
    for slug in slugs:
        directory = tmp_path / slug
        (directory / "faults").mkdir(parents=True)
        of = {"team": bench.target.team, "service": bench.target.service}
        TargetFactory(slug=slug, kind=KIND, config={"directory": str(directory), "slow": slow}, **of)
        found.append(directory)
    return found


def stop_all(bench: Bench, runs: list[Run]) -> None:
    global_stop.begin(caller=bench.caller, reason="enough", now=timezone.now())
    for run in runs:
        bench.wait_for_end(run)
        assert run.verdict == Verdict.ABORTED, run.verdict_reason


def test_all_faults_are_taken_back_before_anything_of_it_is_written(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second target takes its time: the others' watchers leave it the processor and the database."""
    written: list[float] = []

    def noting(**values: Any) -> None:
        written.append(time.time())
        begin_undoing(**values)

    begin_undoing = running.begin_undoing
    monkeypatch.setattr(running, "begin_undoing", noting)
    others = more_targets(bench, tmp_path, "second", "third")
    Target.objects.filter(slug="second").update(config={"directory": str(others[0]), "slow": 0.3})
    runs = [
        bench.request(bench.experiment(put(target=one, pauses={"after": 60}))) for one in ("files", "second", "third")
    ]
    with bench.agent():
        for run in runs:
            bench.wait(run, lambda row: row.fault_began_at is not None)
        stop_all(bench, runs)
    undone = [at for place in (bench.directory, *others) for what, _, at in acts(place) if what == "undo"]
    assert len(undone) == len(written) == 3
    assert max(undone) < min(written)


def test_a_target_that_hangs_holds_up_no_verdict_of_others(bench: Bench, tmp_path: Path) -> None:
    (hanging,) = more_targets(bench, tmp_path, "hanging")
    runs = [bench.request(bench.experiment(put(target=one, pauses={"after": 60}))) for one in ("files", "hanging")]
    with bench.agent():
        for run in runs:
            bench.wait(run, lambda row: row.fault_began_at is not None)
        (hanging / "refuse").touch()
        began = time.monotonic()
        stop_all(bench, runs[:1])
        assert time.monotonic() - began < rush.SECONDS_MAX + 8
        (hanging / "refuse").unlink()
        bench.wait_for_end(runs[1])
    assert (runs[1].verdict, list((hanging / "faults").iterdir())) == (Verdict.ABORTED, [])
    assert undoing.unsure(run_id=runs[1].pk) == []
