"""Keeps processors, memory or a disk busy, by stress-ng."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from chaos.injectors.disk import places
from chaos.injectors.disk.sizes import space_of
from chaos.injectors.machine import notes, processes, programs
from chaos.injectors.machine.injecting import DURATION, MachineInjector
from chaos.injectors.machine.notes import Note
from chaos.injectors.machine.processes import Running
from chaos.injectors.protocol import Action, Argument, InjectorError, Json, Plan, Verification
from chaos.injectors.stress.commands import MEBIBYTE, command, memory_to_take

_VARIABLE = "RELIABILITY_FAULT"  # with the key; every process that stress-ng starts inherits it
_BEGIN_SECONDS = 10.0
_END_SECONDS = 10.0


class StressInjector(MachineInjector):
    """stress-ng ends by itself after its time. Its processes are found by the key in their environment."""

    kind = "stress"
    title = "Processors, memory and disks of a machine"
    target_fields = (
        Argument(
            "memory_floor_mebibytes", "integer", "so much memory stays free", default=256, least=16, most=10_000_000
        ),
        Argument("directory", "text", "where the disk action writes; without one there is none"),
        Argument("floor_mebibytes", "integer", "so much stays free there", default=256, least=1, most=10_000_000),
        Argument("may_be_system", "boolean", "whether the directory may be the system's", default=False),
    )
    actions: ClassVar[Mapping[str, Action]] = {
        "cpu": Action(
            "cpu",
            "Keep processors busy",
            (
                Argument("workers", "integer", "how many; 0: one for each processor", default=0, least=0, most=256),
                Argument("load_percent", "integer", "how busy each is", default=100, least=1, most=100),
                DURATION,
            ),
        ),
        "memory": Action(
            "memory",
            "Take memory and hold it",
            (
                Argument("free_percent", "integer", "so much of what is available", default=50, least=1, most=95),
                DURATION,
            ),
        ),
        "disk": Action(
            "disk",
            "Slow a disk down by writing to it and waiting for each write",
            (
                Argument("workers", "integer", "how many write at once", default=2, least=1, most=32),
                Argument("mebibytes", "integer", "size of each one's file", default=64, least=1, most=100_000),
                DURATION,
            ),
        ),
    }

    def works_here(self) -> str:
        return "" if programs.found("stress-ng") else "stress-ng is not installed: apt-get install stress-ng"

    def problems_of_target(self, config: Json) -> list[str]:
        problems = super().problems_of_target(config)
        if not problems and config.get("directory"):
            why = places.problem(str(config["directory"]), may_be_system=bool(config.get("may_be_system")))
            problems += [why] if why else []
        return problems

    def undo_of(self, *, action: str, fault_key: str, arguments: Json, config: Json) -> dict[str, Any]:
        if action != "disk":
            return {}
        if not config.get("directory"):
            raise InjectorError("the disk action needs a target with a directory", is_permanent=True)
        return {"directory": config["directory"], "made": _made(fault_key)}

    def seen(self, config: Mapping[str, Any]) -> list[str]:
        words = [f"{os.cpu_count() or 1} processors", f"{_available_bytes() // MEBIBYTE:,} MiB of memory are available"]
        if config.get("directory"):
            with places.opened(config) as directory:
                words.append(f"{space_of(directory).free // MEBIBYTE:,} MiB are free in {config['directory']}")
        return words

    def put(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> dict[str, Any]:
        memory, directory = 0, str(notes.directory())
        if plan.action == "memory":
            memory = memory_to_take(
                available_bytes=_available_bytes(),
                percent=plan.arguments["free_percent"],
                floor_mebibytes=config["memory_floor_mebibytes"],
            )
        elif plan.action == "disk":
            directory = _make_directory(plan, config)
        argv = command(action=plan.action, arguments=plan.arguments, memory_bytes=memory, directory=directory)
        leader = programs.start(
            argv,
            before_it_begins=lambda process: note.write(leader=process.as_values()),
            variables={_VARIABLE: plan.fault_key},
        )
        deadline = time.monotonic() + _BEGIN_SECONDS
        while not _workers(plan.fault_key, leader):
            if not processes.is_running(leader) or time.monotonic() > deadline:
                raise InjectorError("stress-ng ended without having begun")
            time.sleep(0.02)
        return {"pid": leader.pid, "command": " ".join(argv)}

    def take(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> None:
        deadline = time.monotonic() + _END_SECONDS
        while found := _ours(plan.fault_key, note.values):
            if time.monotonic() > deadline:
                raise InjectorError(f"process {found[0].pid} of stress-ng does not end")
            for process in found:
                processes.send(process, signal.SIGKILL)
            time.sleep(0.02)
        if "directory" in plan.undo:
            with places.opened_again(plan.undo["directory"]) as parent:
                _remove(plan, parent)

    def look(self, *, noted: Json, plan: Plan, config: Mapping[str, Any]) -> Verification:
        found = _ours(plan.fault_key, noted)
        if found:
            return Verification(is_gone=False, how=f"{len(found)} processes of stress-ng run, such as {found[0].pid}")
        if "directory" in plan.undo and Path(plan.undo["directory"], plan.undo["made"]).is_dir():
            return Verification(is_gone=False, how=f"{plan.undo['made']} is still there")
        return Verification(is_gone=True, how="no process of it runs")


def _ours(key: str, noted: Json) -> list[Running]:
    """By their environment; the first by its note, too: while a program takes its place, it has none to read."""
    leader = Running.of(noted["leader"]) if "leader" in noted else None
    return [p for p in processes.everyone() if p == leader or processes.has_environment(p.pid, _VARIABLE, key)]


def _workers(key: str, leader: Running) -> bool:
    return any(process != leader for process in _ours(key, {}))


def _available_bytes() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    raise InjectorError("this machine does not tell how much memory is available")


def _made(key: str) -> str:
    return f".reliability-stress-{key}"


def _make_directory(plan: Plan, config: Mapping[str, Any]) -> str:
    with places.opened(config) as parent:
        needed = plan.arguments["workers"] * plan.arguments["mebibytes"]
        free = space_of(parent).free // MEBIBYTE
        if free - needed < config["floor_mebibytes"]:
            raise InjectorError(
                f"{needed} MiB would be written, {free} MiB are free and {config['floor_mebibytes']} MiB stay so: "
                "write less, or lower the target's floor_mebibytes",
                is_permanent=True,
            )
        try:
            os.mkdir(plan.undo["made"], mode=0o700, dir_fd=parent)
        except OSError as error:
            raise InjectorError(f"nothing can be written in {config['directory']}: {error.strerror}") from error
    return str(Path(config["directory"], plan.undo["made"]))


def _remove(plan: Plan, parent: int | None) -> None:
    if parent is None:
        return
    try:
        shutil.rmtree(plan.undo["made"], dir_fd=parent)
    except FileNotFoundError:
        return
    except OSError as error:
        raise InjectorError(f"{plan.undo['made']} cannot be removed: {error.strerror}") from error


INJECTOR = StressInjector()
