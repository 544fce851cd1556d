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
    """Seconds by the clock, and of this process on its core (less when others share the machine; None elsewhere)."""

    wall: float
    cpu: float | None = None


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
    verdict = f"  goal {goal * 1000:g} ms: {_verdict(work, taken, goal)}" if goal is not None else ""
    figures = f"{taken.wall * 1000:>9.2f} ms" + (f" (cpu {taken.cpu * 1000:.2f})" if taken.cpu is not None else "")
    print(f"{work:<58} {figures}{verdict}{note and '  ' + note}", flush=True)


def _verdict(work: str, taken: Taken, goal: float) -> str:
    if taken.wall <= goal:
        return "met"
    if taken.cpu is not None and taken.cpu <= goal and _is_busy():
        return "met on the core, missed by the clock of a busy machine"
    _missed.append(work)
    return "MISSED"


def _is_busy() -> bool:
    return os.getloadavg()[0] > (os.cpu_count() or 1)


def heading(text: str) -> None:
    busy = f" (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)" if _is_busy() else ""
    print(f"\n{text}{busy}\n{'-' * len(text)}", flush=True)


def finish() -> None:
    """End with 1 when a goal was missed, on the core, too, where others kept the machine busy."""
    sys.exit(1 if _missed else 0)


def demand(condition: bool, message: str) -> None:
    """A figure that is wrong makes its time worthless."""
    if not condition:
        raise SystemExit(f"wrong result: {message}")
