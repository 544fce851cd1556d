"""Shifts the clock that a process sees, when it was started under libfaketime with a file to read the shift from."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from chaos.injectors.clock import file
from chaos.injectors.machine import processes
from chaos.injectors.machine.injecting import DURATION, MachineInjector
from chaos.injectors.machine.notes import Note
from chaos.injectors.protocol import Action, Argument, InjectorError, Json, Plan, Verification

_VARIABLE = "FAKETIME_TIMESTAMP_FILE"
_PLACES = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
_PATTERNS = ("faketime/libfaketime*.so*", "*/faketime/libfaketime*.so*")
_YEARS_TEN = 10 * 366 * 24 * 3600


class ClockInjector(MachineInjector):
    """The clock of the machine is not touched. A process that was not started for it cannot be shifted."""

    kind = "clock"
    title = "Clock of a process"
    target_fields = (
        Argument("file", "text", f"the file the process was started with as {_VARIABLE}", is_required=True),
    )
    actions: ClassVar[Mapping[str, Action]] = {
        "skew": Action(
            "skew",
            "Shift its clock",
            (
                Argument(
                    "shift_seconds",
                    "integer",
                    "by so many seconds; below 0 is into the past",
                    is_required=True,
                    least=-_YEARS_TEN,
                    most=_YEARS_TEN,
                ),
                DURATION,
            ),
        )
    }

    def works_here(self) -> str:
        if sys.platform != "linux":
            return "clocks of processes are shifted on Linux only"
        if any(found for place in _PLACES for pattern in _PATTERNS for found in Path(place).glob(pattern)):
            return ""
        return "libfaketime is not installed: apt-get install libfaketime, and start the process under it"

    def problems_of_target(self, config: Json) -> list[str]:
        problems = super().problems_of_target(config)
        if not problems and (not str(config["file"]).startswith("/") or ".." in str(config["file"]).split("/")):
            problems.append(f"file must be a whole path from /, got {config['file']!r}")
        return problems

    def undo_of(self, *, action: str, fault_key: str, arguments: Json, config: Json) -> dict[str, Any]:
        if arguments["shift_seconds"] == 0:
            raise InjectorError("shift_seconds must not be 0: that shifts nothing", is_permanent=True)
        return {"file": config["file"]}

    def seen(self, config: Mapping[str, Any]) -> list[str]:
        path = Path(config["file"])
        numbers = ", ".join(str(pid) for pid in _seeing(path)[:10])
        return [f"{path} shifts nothing", f"process {numbers} reads it"]

    def put(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> dict[str, Any]:
        path = Path(plan.undo["file"])
        seeing = _seeing(path)
        note.write(has_written=True)
        file.write(path, shift=f"{plan.arguments['shift_seconds']:+d}s", key=plan.fault_key)
        return {"pids": seeing, "shift_seconds": plan.arguments["shift_seconds"]}

    def take(self, *, note: Note, plan: Plan, config: Mapping[str, Any]) -> None:
        path = Path(plan.undo["file"])
        is_lost = bool(note.values.get("has_written")) and not path.exists() and path.parent.is_dir()
        if is_lost or file.key_in(path) == plan.fault_key:  # without the file a process keeps the last shift
            file.write(path, shift=file.UNSHIFTED, key=plan.fault_key)
        file.forget_cut_off(path, key=plan.fault_key)

    def look(self, *, noted: Json, plan: Plan, config: Mapping[str, Any]) -> Verification:
        path = Path(plan.undo["file"])
        if file.key_in(path) == plan.fault_key:
            return Verification(is_gone=False, how=f"{path} shifts the clock by {file.shift_in(path)}")
        return Verification(is_gone=True, how=f"{path} holds {file.shift_in(path) or 'no shift'}")


def _seeing(path: Path) -> list[int]:
    """Processes whose clock the file shifts. Raises InjectorError when there is none, or it is shifted already."""
    file.check_unshifted(path)
    found = [p.pid for p in processes.everyone() if processes.has_environment(p.pid, _VARIABLE, str(path))]
    if not found:
        raise InjectorError(f"no process runs that was started with {_VARIABLE}={path}: is the target up?")
    return found


INJECTOR = ClockInjector()
