"""One supervised process: how it is started, whether it lives, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from reliability.kit.parent_death import die_with_parent
from reliability.supervision.domain.restarts import Restarts


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. pass_fds: open files it inherits. stops_last: others need it until they have ended.

    is_ready: asked before the children after it are started; None when nobody has to wait.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    pass_fds: Sequence[int] = ()
    stops_last: bool = False
    is_ready: Callable[[], bool] | None = None


@dataclass(slots=True)
class Child:
    plan: Plan
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_due_at: float = 0.0
    restarts: Restarts = field(default_factory=Restarts)
    is_asked_to_end: bool = False

    @property
    def is_running(self) -> bool:
        return self.process is not None

    @property
    def output(self) -> IO[bytes] | None:
        return None if self.process is None else self.process.stdout

    def start(self) -> None:
        supervisor_pid = os.getpid()
        self.process = subprocess.Popen(  # noqa: S603  commands of our own table
            self.plan.command,
            env=dict(self.plan.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(self.plan.pass_fds),
            process_group=0,  # Ctrl-C reaches the supervisor only, which then ends its children in order
            preexec_fn=lambda: die_with_parent(supervisor_pid),  # one thread, so fork is safe
        )
        self.started_at = time.monotonic()
        self.is_asked_to_end = False

    def ended(self) -> int | None:
        """The exit status once the process has ended, and None while it runs. Plans the next start."""
        if self.process is None:
            return None
        status = self.process.poll()
        if status is None:
            return None
        self.process = None
        now = time.monotonic()
        if self.is_asked_to_end:
            self.start_due_at = now  # a rolling restart: nothing went wrong
        else:
            self.restarts = self.restarts.after_end(lived_seconds=now - self.started_at)
            self.start_due_at = now + self.restarts.pause_seconds
        return status

    def ask_to_end(self) -> None:
        self.is_asked_to_end = True
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """The whole process group, with what the child itself has started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self.process.kill()
            self.process.wait()


def describe_status(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
