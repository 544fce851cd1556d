"""Programs that injectors run: bounded, without a shell, without the environment of the platform."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from chaos.injectors.machine.notes import Note
from chaos.injectors.machine.processes import Running, running
from chaos.injectors.protocol import InjectorError

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SECONDS = 15.0
# Begins only when told so: if whoever starts it dies before noting its number, it ends without having begun.
_GATE = 'read -r go && [ "$go" = go ] && exec "$@" </dev/null'


def found(name: str) -> str | None:
    """Where the program is; also in the places of administrators, which PATH often lacks."""
    return shutil.which(name, path=environment()["PATH"])


def run(argv: Sequence[str], *, note: Note | None = None, seconds: float = _SECONDS) -> str:
    """What the program printed. Raises InjectorError with its words when it fails or takes longer.

    note: the program holds the fault as long as it runs, so that nobody takes back what it is still about to do.
    """
    path = found(argv[0])
    if path is None:
        raise InjectorError(f"there is no program {argv[0]} on this machine: install it", is_permanent=True)
    try:
        done = subprocess.run(  # noqa: S603  no shell; arguments are ours, checked or quoted by nobody
            [path, *argv[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env=environment(),
            pass_fds=() if note is None else (note.descriptor,),
        )
    except subprocess.TimeoutExpired as error:
        raise InjectorError(f"{argv[0]} did not end within {seconds:g} s") from error
    except OSError as error:
        raise InjectorError(f"{argv[0]} could not be started: {error.strerror}") from error
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise InjectorError(f"{argv[0]} ended with {done.returncode}: {words[-1][:300] if words else 'no word'}")
    return done.stdout


def start(
    argv: Sequence[str],
    *,
    before_it_begins: Callable[[Running], None],
    variables: Mapping[str, str] | None = None,
    user: str = "",
) -> Running:
    """Start a program in a session of its own that outlives us. *before_it_begins* notes it: only then it begins.

    user: as whom; blank: as we are. Raises InjectorError.
    """
    if found(argv[0]) is None:
        raise InjectorError(f"there is no program {argv[0]} on this machine: install it", is_permanent=True)
    somebody = _somebody_else(user)
    try:
        process = subprocess.Popen(  # noqa: S603  the shell's text is ours; the program's arguments are not read by it
            ["/bin/sh", "-c", _GATE, "sh", *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env=environment() | dict(variables or {}),
            user=somebody.pw_uid if somebody else None,
            group=somebody.pw_gid if somebody else None,
            extra_groups=os.getgrouplist(somebody.pw_name, somebody.pw_gid) if somebody else None,
        )
    except OSError as error:
        raise InjectorError(f"{argv[0]} could not be started: {error.strerror}") from error
    threading.Thread(target=process.wait, name=f"end of {process.pid}", daemon=True).start()
    gate = process.stdin
    assert gate is not None  # noqa: S101  asked for above
    try:
        started = running(process.pid)
        if started is None:
            raise InjectorError(f"{argv[0]} ended before it began")
        before_it_begins(started)
        gate.write(b"go\n")
        gate.flush()
    except OSError as error:
        raise InjectorError(f"{argv[0]} ended before it began") from error
    finally:
        with suppress(OSError):
            gate.close()
    return started


def environment() -> dict[str, str]:
    path = f"{os.environ['PATH']}:{PATH}" if os.environ.get("PATH") else PATH
    return {"PATH": path, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def _somebody_else(name: str) -> pwd.struct_passwd | None:
    """The user to become; None when that is us."""
    entry = pwd.getpwnam(name) if name else None
    return None if entry is None or entry.pw_uid == os.geteuid() else entry
