"""Medians of runs, printed with what was done and what was hoped for."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")

_missed: list[str] = []


@dataclass(frozen=True)
class Taken:
    """Medians in seconds: by the clock, and of this process on its core (less when others share the machine)."""

    wall: float
    cpu: float


def runs(default: int) -> int:
    return int(os.environ.get("BENCH_RUNS", default))


def median_of(work: Callable[[], Result], *, times: int) -> tuple[Taken, Result]:
    """The medians of *times* runs after one to warm up, and the last result."""
    result = work()
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Taken(statistics.median(walls), statistics.median(cpus)), result


def report(work: str, taken: Taken, *, goal: float | None = None, note: str = "") -> None:
    """One line: the work, milliseconds by the clock and on the core, and how the clock stands to the goal."""
    verdict = ""
    if goal is not None:
        is_met = taken.wall <= goal
        verdict = f"  goal {goal * 1000:g} ms: {'met' if is_met else 'MISSED'}"
        if not is_met:
            _missed.append(work)
    print(
        f"{work:<64} {taken.wall * 1000:>9.2f} ms (cpu {taken.cpu * 1000:.2f}){verdict}{note and '  ' + note}",
        flush=True,
    )


def heading(text: str) -> None:
    load = os.getloadavg()[0]
    busy = f" (load {load:.1f} on {os.cpu_count()} cores: not idle)" if load > 1.5 else ""
    print(f"\n{text}{busy}\n{'-' * len(text)}", flush=True)


def finish() -> None:
    """End with 1 when a goal was missed."""
    sys.exit(1 if _missed else 0)


def demand(condition: bool, message: str) -> None:
    """A figure that is wrong makes its time worthless."""
    if not condition:
        raise SystemExit(f"wrong result: {message}")
