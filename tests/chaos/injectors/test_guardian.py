"""The process that keeps a deadline: it outlives the platform, comes once, and goes when it is not needed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from chaos.injectors import guardian
from chaos.injectors.machine import notes, processes
from chaos.injectors.machine.processes import Running
from chaos.injectors.process.injector import INJECTOR
from chaos.injectors.protocol import InjectorError
from tests.chaos.injectors.faults import Fault, cuts, fault, victim, wait


def watching(fault: Fault) -> Running:
    text = (notes.directory() / f"{fault.plan.fault_key}.guardian").read_text()
    return Running.of(json.loads(text))


def test_the_fault_ends_at_its_deadline_although_whoever_injected_it_is_dead() -> None:
    with victim() as (process, command):
        pause = fault(INJECTOR, "pause", {"command": command}, duration=2)
        began = time.monotonic()
        pause.inject_elsewhere()
        assert processes.is_stopped(process)
        wait(lambda: not processes.is_stopped(process))
        assert 1.5 < time.monotonic() - began < 8
        wait(lambda: not pause.is_watched)
        assert pause.is_gone
        pause.undo()


def test_the_deadline_is_kept_wherever_the_injection_was_cut_off() -> None:
    with victim() as (process, command):
        config = {"command": command}
        lines = cuts(fault(INJECTOR, "pause", config, duration=1), number=5)
        faults = [fault(INJECTOR, "pause", config, duration=1) for _ in lines]
        for line, pause in zip(lines, faults, strict=True):
            pause.inject_elsewhere(cut_at=line)
            wait(partial(_is_over, pause, process))
            assert pause.is_gone, f"cut off at line {line}"


def _is_over(pause: Fault, process: Running) -> bool:
    return not pause.is_watched and not processes.is_stopped(process)


def test_it_is_there_before_the_fault_and_in_a_session_of_its_own() -> None:
    with victim() as (_, command):
        pause = fault(INJECTOR, "pause", {"command": command})
        pause.inject()
        watcher = watching(pause)
        assert processes.is_running(watcher)
        assert os.getsid(watcher.pid) not in (os.getsid(0), os.getsid(os.getppid()))
        assert os.getpid() not in processes.ancestors(watcher.pid)
        pause.undo()
        wait(lambda: not processes.is_running(watcher))


def test_a_fault_has_one_however_often_one_is_started() -> None:
    with victim() as (_, command):
        pause = fault(INJECTOR, "pause", {"command": command})
        starts = [threading.Thread(target=_start_although_another_may, args=(pause,), daemon=True) for _ in range(3)]
        for start in starts:
            start.start()
        for start in starts:
            start.join()
        assert pause.is_watched
        first = watching(pause)
        guardian.start(plan=pause.plan, reach=pause.reach)
        assert watching(pause) == first
        assert len(_guardians_besides(pause)) == 1
        pause.undo()
        wait(lambda: not _guardians_besides(pause))


def _start_although_another_may(pause: Fault) -> None:
    with suppress(InjectorError):  # another was first
        guardian.start(plan=pause.plan, reach=pause.reach)


def _guardians_besides(pause: Fault) -> list[int]:
    """Those that have the fault's file open."""
    path = str(notes.directory() / f"{pause.plan.fault_key}.guardian")
    return [process.pid for process in processes.everyone() if path in _open_files(process)]


def _open_files(process: Running) -> list[str]:
    try:
        return [str(entry.readlink()) for entry in Path(f"/proc/{process.pid}/fd").iterdir()]
    except OSError:  # it has just ended
        return []


def test_being_asked_to_end_is_a_reason_to_take_back_at_once() -> None:
    with victim() as (process, command):
        pause = fault(INJECTOR, "pause", {"command": command}, duration=600)
        pause.inject()
        os.kill(watching(pause).pid, signal.SIGHUP)
        os.kill(watching(pause).pid, signal.SIGTERM)
        wait(lambda: not processes.is_stopped(process), seconds=5)
        wait(lambda: not pause.is_watched)


def test_a_number_that_is_another_processs_by_now_is_not_killed() -> None:
    with victim() as (process, command), victim() as (other, _):
        pause = fault(INJECTOR, "pause", {"command": command}, duration=600)
        pause.inject()
        watcher = watching(pause)
        path = notes.directory() / f"{pause.plan.fault_key}.guardian"
        path.write_text(json.dumps({**other.as_values(), "started": other.started - 1}))
        pause.undo()
        assert processes.is_running(other)
        assert not processes.is_stopped(process)
        wait(lambda: not processes.is_running(watcher), seconds=5)  # it looks for itself, too


def test_an_early_undo_is_not_disturbed_by_a_guardian_that_was_killed() -> None:
    with victim() as (process, command):
        pause = fault(INJECTOR, "pause", {"command": command}, duration=600)
        pause.inject()
        os.kill(watching(pause).pid, signal.SIGKILL)
        wait(lambda: not pause.is_watched)
        pause.undo()
        assert not processes.is_stopped(process)
        assert pause.is_gone


@pytest.mark.parametrize(
    ("module", "name", "value"), [(guardian, "_MAIN", "raise SystemExit(1)"), (sys, "executable", "/nothing/here")]
)
def test_nothing_is_put_in_place_when_it_does_not_start(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: str
) -> None:
    monkeypatch.setattr(module, name, value)
    with victim() as (process, command):
        pause = fault(INJECTOR, "pause", {"command": command})
        with pytest.raises(InjectorError, match="nothing was put in place"):
            pause.inject()
        assert not processes.is_stopped(process)
        assert pause.is_gone


def test_a_late_undo_waits_for_whoever_holds_the_fault() -> None:
    with victim() as (_, command):
        pause = fault(INJECTOR, "pause", {"command": command})
        pause.inject()
        ended = threading.Event()

        def undo() -> None:
            pause.undo()
            ended.set()

        with notes.held(pause.plan.fault_key):
            threading.Thread(target=undo, daemon=True).start()
            assert not ended.wait(0.3)
        assert ended.wait(10)


def test_a_directory_that_others_may_write_to_holds_no_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "_path", lambda: tmp_path / "notes")
    assert notes.directory().stat().st_mode & 0o777 == 0o700
    notes.directory().chmod(0o777)
    with pytest.raises(InjectorError, match="only its owner may write"):
        notes.directory()
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    monkeypatch.setattr(notes, "_path", lambda: link)
    with pytest.raises(InjectorError, match="only its owner may write"):
        notes.directory()


def test_notes_of_long_ago_are_removed_and_those_of_faults_in_place_are_kept() -> None:
    with victim() as (_, command):
        old, open_fault = (fault(INJECTOR, "pause", {"command": command}) for _ in range(2))
        old.undo()
        with notes.held(open_fault.plan.fault_key) as note:
            note.write(has_begun=True)
        for one in (old, open_fault):
            week_ago = time.time() - 8 * 24 * 3600
            os.utime(notes.directory() / f"{one.plan.fault_key}.json", (week_ago, week_ago))
        notes.sweep()
        assert not notes.noted(old.plan.fault_key)
        assert notes.noted(open_fault.plan.fault_key)
        open_fault.undo()


def test_it_needs_the_standard_library_only() -> None:
    """As it is started: isolated, without site packages."""
    for kind in guardian.KINDS:
        code = f"import sys; sys.path.insert(0, '.'); import chaos.injectors.{kind}.injector as m; m.INJECTOR.kind"
        subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, timeout=30)
