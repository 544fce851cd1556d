"""A small process that takes one fault back at its deadline, whatever becomes of the platform.

It is started before the fault is put in place, in a session of its own, with all it needs already loaded. There is one
per fault: it holds a lock for as long as it lives. Taking the fault back earlier ends it.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from chaos.injectors.machine import notes, programs
from chaos.injectors.machine.processes import Running, running, send
from chaos.injectors.protocol import Injector, InjectorError, Plan, Reach

# Loaded by name, and nothing else is: each has an `injector.py` with an INJECTOR and needs the standard library only.
KINDS = ("process", "stress", "disk", "packet", "clock")
_ROOT = Path(__file__).resolve().parents[2]
_MAIN = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from chaos.injectors.guardian import main; sys.exit(main())"
_NOT_STARTED = "the process that keeps the fault's deadline did not start: nothing was put in place"
_READY_SECONDS = 30.0
_LOOK_SECONDS = 0.25
_RETRY_SECONDS_MAX = 30.0
_TRY_FOR_SECONDS = 24 * 3600.0


def start(*, plan: Plan, reach: Reach) -> None:
    """Watch over a fault from now on; nothing when one does already. Raises InjectorError when it does not come up."""
    if plan.expires_after is None or is_watching(plan.fault_key):
        return
    order = {
        "kind": plan.kind,
        "action": plan.action,
        "fault_key": plan.fault_key,
        "arguments": dict(plan.arguments),
        "undo": dict(plan.undo),
        "seconds": plan.expires_after.total_seconds(),
        "slug": reach.slug,
        "config": dict(reach.config),
    }
    try:
        process = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-I", "-S", "-B", "-c", _MAIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env=programs.environment(),
        )
    except OSError as error:
        raise InjectorError(f"{_NOT_STARTED} ({sys.executable}: {error.strerror})") from error
    with process:
        assert process.stdin is not None  # noqa: S101  asked for above
        assert process.stdout is not None  # noqa: S101  asked for above
        with suppress(OSError):
            process.stdin.write(json.dumps(order).encode())
            process.stdin.close()
        is_heard = bool(select.select([process.stdout], [], [], _READY_SECONDS)[0])
        if not is_heard or process.stdout.readline() != b"ready\n":
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise InjectorError(_NOT_STARTED)


def dismiss(key: str) -> None:
    """End the fault's guardian. The caller holds the fault, so that it is not just taking it back."""
    path = _path(key)
    watching = _written(path)
    if watching is not None and watching.pid != os.getpid():
        send(watching, signal.SIGKILL)
    with suppress(OSError):
        path.unlink()


def is_watching(key: str) -> bool:
    """Whether a guardian lives: it holds the lock on its file."""
    try:
        descriptor = os.open(_path(key), os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def main() -> int:
    """The guardian's process: an order on its standard input, `ready` when it watches."""
    begun = _clock()
    order = json.loads(sys.stdin.buffer.read())
    if order["kind"] not in KINDS:
        return 2
    injector: Injector = importlib.import_module(f"chaos.injectors.{order['kind']}.injector").INJECTOR
    plan = Plan(
        kind=order["kind"],
        action=order["action"],
        fault_key=order["fault_key"],
        arguments=order["arguments"],
        undo=order["undo"],
        expires_after=timedelta(seconds=order["seconds"]),
    )
    reach = Reach(slug=order["slug"], config=order["config"])
    descriptor = os.open(_path(plan.fault_key), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    if os.fork() != 0:  # whoever started us waits for this one; the other is nobody's child
        os._exit(0)
    asked = _listen_to_signals()
    _introduce(descriptor)
    _wait(plan.fault_key, until=begun + order["seconds"], asked=asked)
    _take_back(injector=injector, plan=plan, reach=reach)
    return 0


def _listen_to_signals() -> list[int]:
    """Being asked to end, as when a service is stopped with all its processes, is a reason to take back at once."""
    asked: list[int] = []

    def heard(number: int, frame: FrameType | None) -> None:
        if number != signal.SIGHUP:
            asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, heard)
    return asked


def _introduce(descriptor: int) -> None:
    with suppress(OSError):  # only root may; a fault that eats memory should not take its guardian first
        Path("/proc/self/oom_score_adj").write_text("-900")
    me = running(os.getpid())
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(None if me is None else me.as_values()).encode(), 0)
    with suppress(OSError):  # whoever started us may be gone already
        os.write(1, b"ready\n")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)


def _wait(key: str, *, until: float, asked: list[int]) -> None:
    while _clock() < until and not asked and not notes.noted(key).get("is_undone"):
        time.sleep(min(_LOOK_SECONDS, max(until - _clock(), 0.0)))


def _take_back(*, injector: Injector, plan: Plan, reach: Reach) -> None:
    """Until it was seen to be gone, or for a day."""
    give_up = _clock() + _TRY_FOR_SECONDS
    pause = 0.5
    if notes.noted(plan.fault_key).get("is_undone"):
        return
    while _clock() < give_up:
        try:
            injector.undo(plan=plan, reach=reach)
            if injector.verify(plan=plan, reach=reach).is_gone:
                return
            why = "it is still in place"
        except InjectorError as error:
            why = str(error)
        _log(plan.fault_key, why)
        time.sleep(pause)
        pause = min(pause * 2, _RETRY_SECONDS_MAX)


def _log(key: str, words: str) -> None:
    with suppress(OSError, InjectorError), (notes.directory() / f"{key}.log").open("a") as log:
        log.write(f"{words}\n")


def _path(key: str) -> Path:
    return notes.directory() / f"{notes.check_key(key)}.guardian"


def _written(path: Path) -> Running | None:
    values: Mapping[str, Any] | None
    try:
        values = json.loads(path.read_text())
        return None if values is None else Running.of(values)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _clock() -> float:
    """Goes on while the machine sleeps, and is not set by anybody."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
