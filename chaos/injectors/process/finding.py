"""Which processes a target means, and which of them may be signalled at all."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chaos.injectors.machine import processes, programs
from chaos.injectors.machine.processes import Running
from chaos.injectors.protocol import InjectorError

# Its pages have the red button, its agents take faults back; the demo's service is a target like any other.
_PLATFORM = (
    " -m reliability.server",
    " -m reliability.worker",
    " -m reliability.beat",
    " -m reliability.agent",
    " manage.py chaos agent",
    " -m chaos.runner",
    "from chaos.injectors.guardian import main",
)
WAYS = ("pidfile", "command", "unit", "port")
_LISTENING = "0A"
_STALE_SECONDS = 5.0


def named(config: Mapping[str, Any]) -> list[Running]:
    """The target's processes as they are now, of the user they must be of; empty when none runs.

    Raises InjectorError when that cannot be known, as with a pidfile older than the process that has its number.
    """
    uid = user_id(config)
    match next(way for way in WAYS if config.get(way)):
        case "pidfile":
            found = _of_pidfile(Path(config["pidfile"]))
        case "command":
            found = [p for p in processes.everyone() if processes.command_line(p.pid) == config["command"]]
            return [p for p in found if processes.owner(p.pid) == uid]
        case "unit":
            found = _of_unit(str(config["unit"]))
        case _:
            found = _of_port(int(config["port"]))
    for process in found:
        if processes.owner(process.pid) != uid:
            raise InjectorError(
                f"process {process.pid} is not run by {pwd.getpwuid(uid).pw_name}: name its user in the target",
                is_permanent=True,
            )
    return found


def to_signal(config: Mapping[str, Any]) -> list[Running]:
    """The target's processes, each of which may be signalled. Raises InjectorError saying which may not, and why."""
    found = named(config)
    if not found:
        way = next(way for way in WAYS if config.get(way))
        raise InjectorError(f"no process runs that has the {way} {config[way]}: is the target up?")
    if len(found) > config["at_most"]:
        numbers = ", ".join(str(process.pid) for process in found[:10])
        raise InjectorError(
            f"{len(found)} processes are meant ({numbers}), the target allows {config['at_most']}: "
            "name one, or raise at_most",
            is_permanent=True,
        )
    for process in found:
        why = refusal(process.pid)
        if why:
            raise InjectorError(f"process {process.pid} {why}: it is never signalled", is_permanent=True)
    return found


def refusal(pid: int) -> str:
    """Why this process is signalled for nobody; blank: nothing speaks against it."""
    if pid <= 1:
        return "is the first of this machine"
    if processes.is_of_the_kernel(pid):
        return "is a thread of the kernel"
    if pid == os.getpid():
        return "is the one that injects"
    if pid in processes.ancestors(os.getpid()):
        return "is the agent, or one that started it"
    command = processes.command_line(pid)
    if any(words in command for words in _PLATFORM):
        return "is a part of the platform, which has to take faults back"
    return ""


def user_id(config: Mapping[str, Any]) -> int:
    """Of whom the target's processes are: the user it names, else our own. Raises InjectorError."""
    name = config.get("user")
    if not name:
        return os.geteuid()
    try:
        return pwd.getpwnam(str(name)).pw_uid
    except KeyError as error:
        raise InjectorError(f"this machine knows no user {name!r}: correct the target's user") from error


def _of_pidfile(path: Path) -> list[Running]:
    try:
        text = path.read_text()[:32].strip()
        age = _age_of_file(path)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InjectorError(f"the pidfile {path} cannot be read: {error.strerror}") from error
    if not text.isdigit():
        raise InjectorError(f"the pidfile {path} holds no number")  # and never what it holds: it may be any file
    process = processes.running(int(text))
    if process is None:
        return []
    if processes.age_seconds(process) < age - _STALE_SECONDS:
        raise InjectorError(f"the pidfile {path} is older than process {text}, which is therefore another: remove it")
    return [process]


def _age_of_file(path: Path) -> float:
    """Seconds since it was written. Both are of the wall clock: /proc's own files carry the present."""
    return Path("/proc/self").stat().st_mtime - path.stat().st_mtime


def _of_unit(unit: str) -> list[Running]:
    number = programs.run(["systemctl", "show", "--property=MainPID", "--value", "--", unit]).strip()
    if not number.isdigit():
        raise InjectorError(f"systemctl told no process of the unit {unit}, but {number[:80]!r}")
    process = processes.running(int(number)) if int(number) else None
    return [] if process is None else [process]


def _of_port(port: int) -> list[Running]:
    """Those that listen at a TCP port of this machine, in our network namespace."""
    sockets = {f"socket:[{inode}]" for name in ("tcp", "tcp6") for inode in _listening(name, port)}
    return [p for p in processes.everyone() if sockets and _has_open(p.pid, sockets)]


def _listening(name: str, port: int) -> list[str]:
    try:
        lines = Path(f"/proc/self/net/{name}").read_text().splitlines()[1:]
    except OSError:
        return []
    rows = [line.split() for line in lines]
    return [row[9] for row in rows if row[3] == _LISTENING and int(row[1].rpartition(":")[2], 16) == port]


def _has_open(pid: int, links: set[str]) -> bool:
    try:
        return any(str(entry.readlink()) in links for entry in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False
