"""Real processes paused and killed, by every way to name them, and cut off anywhere."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from chaos.injectors.machine import notes, processes
from chaos.injectors.process import finding
from chaos.injectors.process.injector import INJECTOR
from chaos.injectors.protocol import InjectorError, Reach
from tests.chaos.injectors.faults import cuts, fault, victim, wait


def test_a_pause_stops_the_process_until_it_is_taken_back() -> None:
    with victim() as (process, command):
        pause = fault(INJECTOR, "pause", {"command": command}, duration=60)
        assert pause.inject()["pids"] == [process.pid]
        assert processes.is_stopped(process)
        assert not pause.is_gone
        assert pause.is_watched
        pause.undo()
        assert not processes.is_stopped(process)
        assert pause.is_gone
        assert not pause.is_watched


def test_undoing_twice_or_without_an_injection_is_success() -> None:
    with victim() as (process, command):
        pause = fault(INJECTOR, "pause", {"command": command})
        pause.undo()
        pause.undo()
        assert pause.is_gone
        with pytest.raises(InjectorError, match="taken back before it was put in place"):
            pause.inject()
        assert not processes.is_stopped(process)


def test_a_second_undo_leaves_alone_what_somebody_else_stopped() -> None:
    with victim() as (process, command):
        ours = fault(INJECTOR, "pause", {"command": command})
        ours.inject()
        ours.undo()
        os.kill(process.pid, signal.SIGSTOP)
        wait(lambda: processes.is_stopped(process))
        ours.undo()
        assert processes.is_stopped(process)


def test_what_is_stopped_already_is_not_paused_and_stays_stopped() -> None:
    with victim() as (process, command):
        os.kill(process.pid, signal.SIGSTOP)
        wait(lambda: processes.is_stopped(process))
        pause = fault(INJECTOR, "pause", {"command": command})
        with pytest.raises(InjectorError, match="stopped already"):
            pause.inject()
        pause.undo()
        assert processes.is_stopped(process)
        assert pause.is_gone, "it was never ours"


def test_a_pause_cut_off_anywhere_is_taken_back() -> None:
    with victim() as (process, command):
        config = {"command": command}
        for line in cuts(fault(INJECTOR, "pause", config), number=8):
            pause = fault(INJECTOR, "pause", config)
            pause.inject_elsewhere(cut_at=line)
            pause.undo()
            assert not processes.is_stopped(process), f"cut off at line {line}"
            assert pause.is_gone
            assert not pause.is_watched


def test_the_same_key_is_injected_once() -> None:
    with victim() as (process, command):
        pause = fault(INJECTOR, "pause", {"command": command})
        said = pause.inject()
        os.kill(process.pid, signal.SIGCONT)
        wait(lambda: not processes.is_stopped(process))
        assert pause.inject() == said
        assert not processes.is_stopped(process)
        pause.undo()


def test_a_process_that_has_the_number_of_the_paused_one_is_not_signalled() -> None:
    """The note names start and boot besides the number: here the number is another process's."""
    with victim() as (process, command), victim() as (other, _):
        pause = fault(INJECTOR, "pause", {"command": command})
        pause.inject()
        os.kill(other.pid, signal.SIGSTOP)
        wait(lambda: processes.is_stopped(other))
        with notes.held(pause.plan.fault_key) as note:
            note.write(processes=[{**other.as_values(), "started": other.started - 1}])
        pause.undo()
        assert processes.is_stopped(other)
        os.kill(process.pid, signal.SIGCONT)


def test_a_process_is_named_by_its_pidfile_or_its_port(tmp_path: Path) -> None:
    with victim() as (process, _):
        pidfile = tmp_path / "it.pid"
        pidfile.write_text(f"{process.pid}\n")
        assert finding.named({"pidfile": str(pidfile)}) == [process]
        os.utime(pidfile, (time.time() - 3600, time.time() - 3600))
        with pytest.raises(InjectorError, match="older than process"):
            finding.named({"pidfile": str(pidfile)})
        pidfile.write_text("none\n")
        with pytest.raises(InjectorError, match="holds no number"):
            finding.named({"pidfile": str(pidfile)})
        pidfile.unlink()
        assert finding.named({"pidfile": str(pidfile)}) == []
    listen = "import socket,time; s=socket.create_server(('127.0.0.1',0)); print(s.getsockname()[1],flush=True)"
    listen += ";time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", listen], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        assert [found.pid for found in finding.named({"port": port})] == [server.pid]
        server.kill()


def test_a_unit_is_asked_of_systemctl_and_started_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No systemd here: a program of that name which keeps a process, as systemd would."""
    pid, log = tmp_path / "pid", tmp_path / "log"
    script = tmp_path / "systemctl"
    script.write_text(
        f'#!/bin/sh\necho "$@" >>{log}\n'
        f'case "$1" in start) setsid sleep 300 >/dev/null 2>&1 & echo $! >{pid};; show) cat {pid};; esac\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    subprocess.run([str(script), "start", "web.service"], check=True)
    kill = fault(INJECTOR, "kill", {"unit": "web.service"}, duration=60)
    killed = kill.inject()["pids"][0]
    assert not kill.is_gone
    kill.undo()
    assert kill.is_gone
    assert "start -- web.service" in log.read_text()
    again = int(pid.read_text())
    assert again != killed
    os.kill(again, signal.SIGKILL)


@pytest.mark.parametrize("number", ["SIGKILL", "SIGTERM"])
def test_a_killed_process_is_started_again_once(number: str) -> None:
    with victim() as (process, command):
        kill = fault(INJECTOR, "kill", {"command": command, "start_command": command}, signal=number)
        kill.inject()
        assert not processes.is_running(process)
        assert not kill.is_gone
        kill.undo()
        kill.undo()
        assert kill.is_gone
        assert not kill.is_watched
        again = finding.named({"command": command})
        assert len(again) == 1
        os.kill(again[0].pid, signal.SIGKILL)


def test_a_kill_cut_off_anywhere_ends_with_one_running_process() -> None:
    with victim() as (_, command):
        config = {"command": command, "start_command": command}
        for line in cuts(fault(INJECTOR, "kill", config), number=5):
            kill = fault(INJECTOR, "kill", config)
            kill.inject_elsewhere(cut_at=line)
            kill.undo()
            assert len(finding.named(config)) == 1, f"cut off at line {line}"
            assert kill.is_gone
        os.kill(finding.named(config)[0].pid, signal.SIGKILL)


def test_a_kill_without_a_start_is_over_when_the_target_asks_for_no_more() -> None:
    for must_run, is_gone in ((False, True), (True, False)):
        with victim() as (_, command):
            kill = fault(INJECTOR, "kill", {"command": command, "must_run_again": must_run})
            assert kill.plan.expires_after is None, "nothing takes it back"
            kill.inject()
            kill.undo()
            assert kill.is_gone is is_gone


def test_what_may_never_be_signalled_is_refused() -> None:
    assert "first of this machine" in finding.refusal(1)
    assert "one that injects" in finding.refusal(os.getpid())
    assert "the agent" in finding.refusal(os.getppid())
    kernel = [p for p in range(2, 50) if processes.is_of_the_kernel(p)]
    assert all("kernel" in finding.refusal(pid) for pid in kernel)


def test_an_injection_into_ones_own_agent_is_refused() -> None:
    """The process that injects is a child of its agent; here this test is the agent."""
    own = processes.command_line(os.getpid())
    pause = fault(INJECTOR, "pause", {"command": own, "at_most": 100})
    with pytest.raises(InjectorError, match="never signalled"):
        pause.inject()
    assert not pause.is_watched


@pytest.mark.parametrize("module", ["reliability.server", "reliability.agent", "chaos.runner"])
def test_a_part_of_the_platform_is_never_signalled(tmp_path: Path, module: str) -> None:
    (tmp_path / "sleeps.py").write_text("import time; time.sleep(60)")
    # Only its command line says what it is, as `ps` shows it.
    part = subprocess.Popen([sys.executable, str(tmp_path / "sleeps.py"), "-m", module])
    try:
        command = f"{sys.executable} {tmp_path}/sleeps.py -m {module}"
        wait(lambda: any(processes.command_line(one.pid) == command for one in processes.everyone()))
        with pytest.raises(InjectorError, match="a part of the platform"):
            fault(INJECTOR, "kill", {"command": command}).inject()
        assert part.poll() is None
    finally:
        part.kill()
        part.wait()


def test_processes_of_another_user_are_not_found_and_more_than_allowed_are_refused() -> None:
    with victim() as (_, command):
        config = {"command": command, "at_most": 1}
        assert finding.named({**config, "user": "nobody"}) == []
        with subprocess.Popen(command.split()) as second:
            wait(lambda: Path(f"/proc/{second.pid}/cmdline").read_text().split("\0")[:-1] == command.split())
            with pytest.raises(InjectorError, match="2 processes are meant"):
                finding.to_signal(config)
            second.kill()
        with pytest.raises(InjectorError, match="no user"):
            finding.named({**config, "user": "nobody-such"})


def test_a_pidfile_of_somebody_elses_process_is_refused(tmp_path: Path) -> None:
    with victim() as (process, _):
        pidfile = tmp_path / "it.pid"
        pidfile.write_text(str(process.pid))
        with pytest.raises(InjectorError, match="is not run by nobody"):
            finding.named({"pidfile": str(pidfile), "user": "nobody"})


def test_a_note_that_was_lost_is_told_when_the_process_is_stopped() -> None:
    with victim() as (process, command):
        pause = fault(INJECTOR, "pause", {"command": command})
        os.kill(process.pid, signal.SIGSTOP)
        wait(lambda: processes.is_stopped(process))
        assert not pause.is_gone


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "name the process by one of"),
        ({"port": 80, "unit": "x"}, "name the process by one of"),
        ({"pidfile": "it.pid"}, "must begin at /"),
        ({"port": 70000}, "at most 65535"),
        ({"port": 80, "start_command": "a 'b"}, "not understood"),
        ({"port": 80, "shell": "x"}, "has no 'shell'"),
    ],
)
def test_a_target_that_names_no_one_process_is_refused(config: dict[str, Any], words: str) -> None:
    assert any(words in problem for problem in INJECTOR.problems_of_target(config))
    with pytest.raises(InjectorError, match=r"the target x"):
        INJECTOR.plan(action="pause", fault_key="k", reach=Reach(slug="x", config=config), arguments={})


@pytest.mark.parametrize("key", ["", "../x", "a/b", "-rf", "x" * 101])
def test_a_key_that_is_no_name_of_a_file_is_refused(key: str) -> None:
    with pytest.raises(InjectorError, match="no key of a fault"):
        INJECTOR.plan(action="pause", fault_key=key, reach=Reach(slug="x", config={"port": 80}), arguments={})


def test_nobody_listening_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(InjectorError, match=f"no process runs that has the port {port}"):
        fault(INJECTOR, "pause", {"port": port}).inject()
