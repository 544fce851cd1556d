"""Processes of this machine, as /proc has them. A process is named by number, start and boot: numbers come again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROC = Path("/proc")
_ENDED = {"Z", "X", "x"}  # a zombie does nothing and cannot be signalled
_STOPPED = {"T"}
# Places in /proc/PID/stat after the name.
_PARENT, _FLAGS, _STARTED = 1, 6, 19
_KERNEL_THREAD = 0x00200000  # PF_KTHREAD


@dataclass(frozen=True, slots=True)
class Running:
    """One process. started: clock ticks since the boot; boot: the id of that boot."""

    pid: int
    started: int
    boot: str

    def as_values(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Running:
        return cls(pid=int(values["pid"]), started=int(values["started"]), boot=str(values["boot"]))


@dataclass(frozen=True, slots=True)
class _Stat:
    state: str
    parent: int
    flags: int
    started: int


def running(pid: int) -> Running | None:
    """The process that has this number now; None when there is none or it has ended."""
    stat = _stat(pid)
    if stat is None or stat.state in _ENDED:
        return None
    return Running(pid=pid, started=stat.started, boot=_boot())


def is_running(process: Running) -> bool:
    return running(process.pid) == process


def is_stopped(process: Running) -> bool:
    """Whether it is that very process, and stopped by a signal."""
    stat = _stat(process.pid)
    return stat is not None and stat.state in _STOPPED and stat.started == process.started and process.boot == _boot()


def send(process: Running, number: signal.Signals) -> bool:
    """Signal that very process and no later one with its number. False when it is gone. Raises PermissionError."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except (ProcessLookupError, OSError):
        return False
    try:
        if not is_running(process):  # asked after the descriptor was taken, which keeps naming the same process
            return False
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def everyone() -> Iterator[Running]:
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (found := running(int(entry.name))) is not None:
            yield found


def command_line(pid: int) -> str:
    """As `ps` shows it: arguments with a blank between. Blank for kernel threads and what has ended."""
    return " ".join(part.decode(errors="replace") for part in _read(pid, "cmdline").split(b"\0")).rstrip()


def has_environment(pid: int, name: str, value: str) -> bool:
    """Whether it was started with this variable. False when that may not be read."""
    return f"{name}={value}".encode() in _read(pid, "environ").split(b"\0")


def owner(pid: int) -> int | None:
    """The user the process runs as."""
    try:
        return (PROC / str(pid)).stat().st_uid
    except OSError:
        return None


def ancestors(pid: int) -> list[int]:
    """The process's parent, its parent, and so on to the first process."""
    found: list[int] = []
    while (stat := _stat(pid)) is not None and stat.parent > 0 and stat.parent not in found:
        pid = stat.parent
        found.append(pid)
    return found


def is_of_the_kernel(pid: int) -> bool:
    stat = _stat(pid)
    return stat is not None and bool(stat.flags & _KERNEL_THREAD)


def age_seconds(process: Running) -> float:
    """How long ago it began."""
    return max(float(_read_text(PROC / "uptime").split()[0]) - process.started / os.sysconf("SC_CLK_TCK"), 0.0)


def _stat(pid: int) -> _Stat | None:
    """The second field, a name, may hold blanks and brackets: what follows the last bracket counts."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    if len(fields) <= _STARTED:  # a line cut short, or none
        return None
    return _Stat(
        state=fields[0].decode(),
        parent=int(fields[_PARENT]),
        flags=int(fields[_FLAGS]),
        started=int(fields[_STARTED]),
    )


def _boot() -> str:
    return _read_text(PROC / "sys/kernel/random/boot_id").strip()


def _read(pid: int, name: str) -> bytes:
    try:
        return (PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""


def _read_text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return "0"
