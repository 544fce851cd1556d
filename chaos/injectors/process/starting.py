"""A killed process runs again: by its unit, by the command its target names, or by whoever else watches over it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from typing import Any

from chaos.injectors.machine import processes, programs
from chaos.injectors.machine.notes import Note
from chaos.injectors.machine.processes import Running
from chaos.injectors.process import finding
from chaos.injectors.protocol import InjectorError, Verification

_LOOK_SECONDS = 0.05


def can_start(config: Mapping[str, Any]) -> bool:
    return bool(config.get("unit") or config.get("start_command"))


def start_again(*, note: Note, config: Mapping[str, Any]) -> None:
    """Start it unless it runs, and wait until it does. Raises InjectorError when it does not come up in time.

    What was started is noted before it begins, so that whoever comes after a cut waits for it and starts no second.
    """
    killed = [Running.of(values) for values in note.values["processes"]]
    if any(processes.is_running(process) for process in killed) or _others(killed, config) or not can_start(config):
        return
    started = note.values.get("started")
    if started is None or not processes.is_running(Running.of(started)):
        if config.get("unit") and not config.get("start_command"):
            programs.run(["systemctl", "start", "--", str(config["unit"])], note=note, seconds=config["start_seconds"])
        else:
            programs.start(
                shlex.split(str(config["start_command"])),
                before_it_begins=lambda process: note.write(started=process.as_values()),
                user=str(config.get("user") or ""),
            )
    deadline = time.monotonic() + config["start_seconds"]
    while not _others(killed, config):
        if time.monotonic() > deadline:
            raise InjectorError(f"it was started and does not run after {config['start_seconds']:g} s")
        time.sleep(_LOOK_SECONDS)


def is_back(*, killed: Sequence[Running], config: Mapping[str, Any]) -> Verification:
    alive = [process.pid for process in killed if processes.is_running(process)] or [
        process.pid for process in _others(killed, config)
    ]
    if alive:
        return Verification(is_gone=True, how=f"runs again as {alive[0]}")
    if not config["must_run_again"]:
        return Verification(is_gone=True, how="it was killed, and its target asks for no more")
    return Verification(is_gone=False, how="it does not run again")


def _others(killed: Sequence[Running], config: Mapping[str, Any]) -> list[Running]:
    """The target's processes that are not those killed. A pidfile of the dead one names none."""
    try:
        return [process for process in finding.named(config) if process not in killed]
    except InjectorError:
        return []
