"""Faults on this machine for tests: keys that come once, victims, injections cut off at a line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chaos.injectors import guardian
from chaos.injectors.machine.injecting import MachineInjector
from chaos.injectors.machine.processes import Running, running
from chaos.injectors.protocol import Plan, Reach
from tests.architecture.sources import ROOT

PREFIX = f"test-{os.getpid()}-"


def new_key() -> str:
    """One that no other fault has; it names this process of the tests, since several may run at once."""
    return f"{PREFIX}{uuid.uuid4().hex[:12]}"


@dataclass
class Fault:
    """One planned fault of one injector."""

    injector: MachineInjector
    plan: Plan
    reach: Reach

    def inject(self) -> Mapping[str, Any]:
        return self.injector.inject(plan=self.plan, reach=self.reach)

    def undo(self) -> None:
        self.injector.undo(plan=self.plan, reach=self.reach)

    @property
    def is_gone(self) -> bool:
        return self.injector.verify(plan=self.plan, reach=self.reach).is_gone

    @property
    def is_watched(self) -> bool:
        return guardian.is_watching(self.plan.fault_key)

    def inject_elsewhere(self, *, cut_at: int = 0) -> int:
        """By another process, killed at that line; 0: not killed. Returns how many lines it took, 0 when killed."""
        plan = asdict(self.plan)
        plan["expires_after"] = None if self.plan.expires_after is None else self.plan.expires_after.total_seconds()
        done = subprocess.run(
            [sys.executable, "-m", "tests.chaos.injectors.cut_off", str(cut_at)],
            input=json.dumps({"plan": plan, "slug": self.reach.slug, "config": dict(self.reach.config)}),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if cut_at and done.returncode == -signal.SIGKILL:
            return 0
        assert done.returncode == 0, done.stderr
        return int(done.stdout)


def fault(
    injector: MachineInjector, action: str, config: Mapping[str, Any], *, key: str = "", **arguments: Any
) -> Fault:
    reach = Reach(slug="victim", config=config)
    key = key or new_key()
    plan = injector.plan(action=action, fault_key=key, reach=reach, arguments=arguments)
    return Fault(injector=injector, plan=plan, reach=reach)


def cuts(fault: Fault, *, number: int) -> list[int]:
    """Lines spread over a whole injection, which is done once and taken back to count them."""
    lines = fault.inject_elsewhere()
    fault.undo()
    assert lines > number
    return sorted({1 + lines * step // number for step in range(number)} | {lines})


@contextmanager
def victim() -> Iterator[tuple[Running, str]]:
    """A process to put faults into, and its command line, which no other has."""
    command = ["/bin/sleep", f"300.{uuid.uuid4().int % 10**12:012d}"]
    process = subprocess.Popen(command)
    try:
        found = running(process.pid)
        assert found is not None
        wait(lambda: Path(f"/proc/{process.pid}/cmdline").read_text().split("\0")[:-1] == command)
        yield found, " ".join(command)
    finally:
        process.kill()
        process.wait(timeout=10)


def wait(is_so: Callable[[], bool], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.02)
