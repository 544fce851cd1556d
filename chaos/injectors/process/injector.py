"""Pauses and kills processes of this machine."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from chaos.injectors.machine import processes
from chaos.injectors.machine.injecting import DURATION, MachineInjector
from chaos.injectors.machine.notes import Note
from chaos.injectors.machine.processes import Running
from chaos.injectors.process import finding, starting
from chaos.injectors.protocol import Action, Argument, InjectorError, Json, Plan, Verification

_SETTLE_SECONDS = 2.0
_END_SECONDS = 10.0


class ProcessInjector(MachineInjector):
    """A pause is SIGSTOP, taken back by SIGCONT. A kill is taken back by a start, if the target says how."""

    kind = "process"
    title = "Processes of a machine"
    target_fields = (
        Argument("pidfile", "text", "path of the file that holds the process's number"),
        Argument("command", "text", "its whole command line as ps shows it"),
        Argument("unit", "text", "its systemd unit"),
        Argument("port", "integer", "the TCP port it listens at", least=1, most=65535),
        Argument("user", "text", "who runs it; blank: the user of the agent"),
        Argument("at_most", "integer", "how many processes may be meant", default=1, least=1, most=100),
        Argument("start_command", "text", "starts it again after a kill, without a shell; a unit needs none"),
        Argument("must_run_again", "boolean", "whether a kill is over only when it runs again", default=True),
        Argument("start_seconds", "seconds", "how long a start may take", default=15, least=1, most=300),
    )
    actions: ClassVar[Mapping[str, Action]] = {
        "pause": Action("pause", "Pause it: it answers nobody, and keeps its connections", (DURATION,)),
        "kill": Action(
            "kill",
            "Kill it",
            (
                Argument("signal", "choice", "how", default="SIGKILL", choices=("SIGKILL", "SIGTERM")),
                Argument(
                    "duration",
                    "seconds",
                    "after so many seconds it is started again, if the target says how",
                    default=60,
                    least=1,
                    most=3600,
                ),
            ),
        ),
    }

    def works_here(self) -> str:
        if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
            return "processes are paused and killed on Linux only (from 5.3)"
        return ""

    def problems_of_target(self, config: Json) -> list[str]:
        problems = super().problems_of_target(config)
        ways = [way for way in finding.WAYS if config.get(way)]
        if len(ways) != 1:
            problems.append(f"name the process by one of {', '.join(finding.WAYS)}; named: {', '.join(ways) or 'none'}")
        pidfile = str(config.get("pidfile") or "/")
        if not pidfile.startswith("/"):
            problems.append(f"pidfile must begin at /, got {pidfile!r}")
        try:
            shlex.split(str(config.get("start_command") or ""))
        except ValueError as error:
            problems.append(f"start_command is not understood: {error}")
        return problems

    def expires_after(self, *, action: str, arguments: Json, config: Json) -> timedelta | None:
        """What is killed and not started by us is not taken back."""
        if action == "kill" and not starting.can_start(config):
            return None
        return super().expires_after(action=action, arguments=arguments, config=config)

    def seen(self, config: Mapping[str, Any]) -> list[str]:
        found = finding.to_signal(config)
        return [
            f"process {process.pid} runs{', and is stopped' if processes.is_stopped(process) else ''}"
            for process in found
        ]

    def put(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> dict[str, Any]:
        found = finding.to_signal(config)
        if plan.action == "pause" and (stopped := [p.pid for p in found if processes.is_stopped(p)]):
            raise InjectorError(f"process {stopped[0]} is stopped already, and not by us: continue it first")
        note.write(processes=[process.as_values() for process in found])
        number = signal.SIGSTOP if plan.action == "pause" else signal.Signals[plan.arguments["signal"]]
        for process in found:
            try:
                if not processes.send(process, number):
                    raise InjectorError(f"process {process.pid} ended by itself just now")
            except PermissionError as error:
                raise InjectorError(
                    f"process {process.pid} may not be signalled by us: run the agent as its user"
                ) from error
        if plan.action == "pause":
            _wait(lambda: all(processes.is_stopped(p) or not processes.is_running(p) for p in found), _SETTLE_SECONDS)
        elif not _wait(lambda: not any(map(processes.is_running, found)), _END_SECONDS):
            raise InjectorError(f"process {found[0].pid} did not end on {number.name}: choose SIGKILL")
        return {"pids": [process.pid for process in found], "signal": number.name}

    def take(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> None:
        signalled = _signalled(note.values)
        if plan.action == "kill":
            if signalled:
                starting.start_again(note=note, config=config)
            return
        if note.is_undone:  # whatever stops it now is not this fault
            return
        for process in signalled:
            processes.send(process, signal.SIGCONT)
        if not _wait(lambda: not any(map(processes.is_stopped, signalled)), _SETTLE_SECONDS):
            raise InjectorError("a process stays stopped: something else stops it, too")

    def look(self, *, noted: Json, plan: Plan, config: Mapping[str, Any]) -> Verification:
        signalled = _signalled(noted)
        if noted.get("has_begun") and not signalled:
            return Verification(is_gone=True, how="no process was ever signalled")
        if plan.action == "kill":
            return starting.is_back(killed=signalled, config=config)
        known = signalled or finding.named(config)
        stopped = [process.pid for process in known if processes.is_stopped(process)]
        if stopped:
            return Verification(is_gone=False, how=f"process {stopped[0]} is stopped")
        alive = [process.pid for process in known if processes.is_running(process)]
        return Verification(is_gone=True, how=f"runs: {', '.join(map(str, alive))}" if alive else "it has ended since")


def _signalled(noted: Json) -> list[Running]:
    return [Running.of(values) for values in noted.get("processes", ())]


def _wait(is_so: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


INJECTOR = ProcessInjector()
