"""stress-ng started for real, taken back, cut off, and ended at its deadline."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from chaos.injectors.machine import notes, processes, programs
from chaos.injectors.machine.processes import Running
from chaos.injectors.protocol import InjectorError, Reach
from chaos.injectors.stress.commands import MEBIBYTE, command, memory_to_take
from chaos.injectors.stress.injector import INJECTOR
from tests.chaos.injectors.faults import Fault, cuts, fault, victim, wait

pytestmark = pytest.mark.skipif(bool(INJECTOR.works_here()), reason="stress-ng is not installed")


def started_by(fault: Fault) -> list[Running]:
    key = fault.plan.fault_key
    return [p for p in processes.everyone() if processes.has_environment(p.pid, "RELIABILITY_FAULT", key)]


def test_processors_are_busy_until_it_is_taken_back() -> None:
    stress = fault(INJECTOR, "cpu", {}, workers=2, load_percent=10, duration=60)
    said = stress.inject()
    wait(lambda: len(started_by(stress)) >= 3)  # the leader and two workers
    found = started_by(stress)
    assert os.getsid(said["pid"]) == said["pid"], "in a session of its own"
    assert not stress.is_gone
    stress.undo()
    stress.undo()
    assert stress.is_gone
    assert not any(map(processes.is_running, found))
    assert not stress.is_watched


def test_other_runs_of_the_program_are_left_alone() -> None:
    ours = fault(INJECTOR, "cpu", {}, workers=1, load_percent=1)
    others = fault(INJECTOR, "cpu", {}, workers=1, load_percent=1)
    ours.inject()
    others.inject()
    ours.undo()
    assert ours.is_gone
    assert not others.is_gone
    others.undo()
    assert others.is_gone


def test_it_ends_by_itself_when_even_its_guardian_is_dead() -> None:
    stress = fault(INJECTOR, "cpu", {}, workers=1, load_percent=1, duration=2)
    stress.inject_elsewhere()
    guardians = [
        process
        for process in processes.everyone()
        if "chaos.injectors.guardian" in processes.command_line(process.pid)
        and str(stress.plan.fault_key) in _open_files(process)
    ]
    assert len(guardians) == 1
    os.kill(guardians[0].pid, signal.SIGKILL)
    assert not stress.is_gone
    wait(lambda: stress.is_gone)
    stress.undo()


def _open_files(process: Running) -> str:
    try:
        return " ".join(str(entry.readlink()) for entry in Path(f"/proc/{process.pid}/fd").iterdir())
    except OSError:
        return ""


def test_a_stress_cut_off_anywhere_is_taken_back() -> None:
    for line in cuts(fault(INJECTOR, "cpu", {}, workers=1, load_percent=1), number=6):
        stress = fault(INJECTOR, "cpu", {}, workers=1, load_percent=1)
        stress.inject_elsewhere(cut_at=line)
        stress.undo()
        assert stress.is_gone, f"cut off at line {line}"
        assert started_by(stress) == []


def test_a_process_that_begins_just_now_is_ended_though_its_environment_cannot_be_read_yet() -> None:
    stress = fault(INJECTOR, "cpu", {}, workers=1, load_percent=1)
    with victim() as (process, _):
        with notes.held(stress.plan.fault_key) as note:
            note.write(has_begun=True, leader=process.as_values())
        assert not stress.is_gone
        stress.undo()
        assert stress.is_gone
        assert not processes.is_running(process)


def test_memory_is_held_and_given_back() -> None:
    stress = fault(INJECTOR, "memory", {}, free_percent=1, duration=60)
    words = str(stress.inject()["command"]).split()
    taken = int(words[words.index("--vm-bytes") + 1].removesuffix("b")) / MEBIBYTE
    assert taken > 1
    wait(lambda: sum(_resident_mebibytes(process) for process in started_by(stress)) > taken)
    stress.undo()
    assert stress.is_gone


def _resident_mebibytes(process: Running) -> float:
    try:
        pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE


def test_a_disk_is_written_to_in_a_directory_that_is_removed(tmp_path: Path) -> None:
    config = {"directory": str(tmp_path), "floor_mebibytes": 1}
    stress = fault(INJECTOR, "disk", config, workers=1, mebibytes=2, duration=60)
    stress.inject()
    made = tmp_path / stress.plan.undo["made"]
    wait(lambda: any(made.rglob("*")))
    stress.undo()
    assert stress.is_gone
    assert list(tmp_path.iterdir()) == []


def test_a_directory_left_behind_is_seen_and_removed(tmp_path: Path) -> None:
    """As after a cut between the making of the directory and the start."""
    config = {"directory": str(tmp_path), "floor_mebibytes": 1}
    stress = fault(INJECTOR, "disk", config, mebibytes=1)
    (tmp_path / stress.plan.undo["made"]).mkdir()
    assert not stress.is_gone
    stress.undo()
    assert stress.is_gone


def test_what_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free // MEBIBYTE
    config = {"directory": str(tmp_path), "floor_mebibytes": free}
    stress = fault(INJECTOR, "disk", config, workers=2, mebibytes=100)
    with pytest.raises(InjectorError, match="200 MiB would be written"):
        stress.inject()
    stress.undo()
    assert stress.is_gone
    assert list(tmp_path.iterdir()) == []


def test_the_disk_action_needs_a_directory() -> None:
    with pytest.raises(InjectorError, match="needs a target with a directory"):
        INJECTOR.plan(action="disk", fault_key="k", reach=Reach(slug="host", config={}), arguments={})
    assert INJECTOR.problems_of_target({"directory": "/etc"})


def test_memory_is_bounded_by_what_must_stay_free() -> None:
    gibibyte = 1024 * MEBIBYTE
    assert memory_to_take(available_bytes=gibibyte, percent=50, floor_mebibytes=256) == gibibyte // 2
    assert memory_to_take(available_bytes=gibibyte, percent=95, floor_mebibytes=256) == 768 * MEBIBYTE
    with pytest.raises(InjectorError, match="200 MiB of memory are available"):
        memory_to_take(available_bytes=200 * MEBIBYTE, percent=50, floor_mebibytes=256)


@pytest.mark.parametrize("action", ["cpu", "memory", "disk"])
def test_every_command_ends_by_itself_and_keeps_its_name(action: str) -> None:
    arguments = {"workers": 1, "load_percent": 5, "mebibytes": 1, "duration": 1.2}
    argv = command(action=action, arguments=arguments, memory_bytes=MEBIBYTE, directory="/srv/x")
    assert argv[argv.index("--timeout") + 1] == "2s"
    assert "--keep-name" in argv


def test_a_program_that_ends_at_once_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    false = tmp_path / "stress-ng"
    false.write_text("#!/bin/sh\nexit 2\n")
    false.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    stress = fault(INJECTOR, "cpu", {}, workers=1)
    with pytest.raises(InjectorError, match="ended without having begun"):
        stress.inject()
    assert stress.is_gone
    assert not stress.is_watched


def test_a_machine_without_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "found", lambda name: None)
    assert "not installed" in INJECTOR.works_here()
    with pytest.raises(InjectorError, match="not installed"):
        fault(INJECTOR, "cpu", {}).inject()
