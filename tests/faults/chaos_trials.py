"""Fault 29, a hundred times: who watches a run dies at a random instant, and no fault is left.

`python -m tests.faults.chaos_trials --trials 100 --seed 1 [--servers]` prints what was seen; tests/faults/test_chaos.py
does a few of them.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.chaos_bench import EMBEDDED, LEASE_SECONDS, SERVERS, TARGETS, ChaosBench, running_chaos_bench

GONE_SECONDS_MAX = LEASE_SECONDS + 10.0
# A signal that was sent is a signal that was heard so much later, on a machine that does other things, too.
_HEARD_SECONDS = 1.0
DEATHS = (
    "SIGKILL of a run",
    "SIGKILL of an agent",
    "SIGKILL of all agents and workers",
    "SIGKILL of the broker",
    "power loss",
    "SIGTERM of a run",
    "SIGTERM of all agents",
)
MOMENTS = ("before the record", "between record and injection", "after the injection", "while it is undone")
# These hit no run but the one they are meant for; the others may hit one that was taken at this very moment.
_OF_ONE = ("SIGKILL of a run", "SIGTERM of a run", "SIGKILL of the broker")
_ALIVE = ("starting", "running", "undoing")


class TrialError(AssertionError):
    """What was not as it must be, with the trial that shows it."""


@dataclass
class Trial:
    """gone_seconds: from when an agent was there (again) until every fault was gone and seen to be."""

    number: int
    death: str
    moment: str
    jitter: float
    gone_seconds: float = 0.0
    verdicts: list[str] = field(default_factory=list)
    begun: int = 0

    def __str__(self) -> str:
        return f"trial {self.number}: {self.death} {self.moment} + {self.jitter:.2f} s"


def trials_of(*, count: int, seed: int) -> list[Trial]:
    """Every pair of death and moment before one comes again, in an order of the seed."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    pairs = [(death, moment) for death in DEATHS for moment in MOMENTS]
    chosen: list[tuple[str, str]] = []
    while len(chosen) < count:
        chance.shuffle(pairs)
        chosen += pairs
    return [
        Trial(number, death, moment, chance.uniform(0.0, 0.5)) for number, (death, moment) in enumerate(chosen[:count])
    ]


def do(bench: ChaosBench, trial: Trial) -> Trial:
    """One trial on a bench that has nothing else to do. Raises TrialError."""
    begun_before = len(bench.acts("begin"))
    keys = [f"trial-{trial.number}-{slug}-{time.time():.0f}" for slug in TARGETS]
    for key, slug in zip(keys, TARGETS, strict=True):
        bench.ask("chaos_probe.request", key, slug=slug)
    _await_moment(bench, trial, keys)
    time.sleep(trial.jitter)
    died_at = time.time()
    hit, has_survivor = _die(bench, trial, keys)
    _wait(lambda: _is_gone(bench, hit), trial, "that the faults are gone", bench, keys, 90)
    back_at = died_at if has_survivor else bench.agent_began(after=died_at)
    trial.gone_seconds = max(bench.last_verified(hit, after=died_at) - back_at, 0.0)
    _wait(lambda: all(run["verdict"] for run in bench.runs(keys)), trial, "the verdicts", bench, keys, 120)
    _judge(bench, trial, keys, hit, begun_before=begun_before, died_at=died_at)
    return trial


def _await_moment(bench: ChaosBench, trial: Trial, keys: list[str]) -> None:
    def words(word: str) -> set[str]:
        ids = {f"run-{run['id']}-" for run in bench.runs(keys)}
        return {key for key, _ in bench.acts(word) if any(key.startswith(one) for one in ids)}

    def is_now() -> bool:
        if trial.moment == MOMENTS[0]:
            return any(run["state"] in _ALIVE for run in bench.runs(keys))
        if trial.moment == MOMENTS[1]:
            return bool(words("begin"))
        return bool(words("inject"))

    _wait(is_now, trial, "its moment", bench, keys, 90)
    if trial.moment == MOMENTS[3]:
        bench.ask("chaos_probe.stop", f"stop-{trial.number}-{time.time():.0f}")
        _wait(lambda: bool(words("undo")), trial, "that it is undone", bench, keys, 60)


def _die(bench: ChaosBench, trial: Trial, keys: list[str]) -> tuple[set[int], bool]:
    """The runs that were hit, and whether an agent has survived."""
    alive = [run for run in bench.runs(keys) if run["state"] in _ALIVE]
    hit, has_survivor = alive, True
    match trial.death:
        case "SIGKILL of a run" | "SIGTERM of a run":
            hit = [run for run in alive if run["process_id"]][:1]
            number = signal.SIGKILL if trial.death.startswith("SIGKILL") else signal.SIGTERM
            _send([run["process_id"] for run in hit], number)
        case "SIGKILL of an agent":
            hit = [run for run in alive if run["supervisor"] == alive[0]["supervisor"]]
            _kill(bench, [_pid(run["supervisor"]) for run in hit[:1]])
            bench.start_agents()
        case "SIGKILL of all agents and workers":
            pids = [agent.pid for agent in bench.agents]
            pids += [pid for name, pid in bench.product.children().items() if name in ("worker", "agent")]
            _kill(bench, pids)
            bench.start_agents()
            has_survivor = False
        case "SIGKILL of the broker":
            hit = []
            bench.lose_broker()
        case "power loss":
            bench.lose_power()
            bench.start()
            has_survivor = False
        case "SIGTERM of all agents":
            agents = [agent.pid for agent in bench.agents]
            hit = [run for run in alive if _pid(run["supervisor"]) in agents]
            _send(agents, signal.SIGTERM)
            for agent in bench.agents:
                agent.wait(timeout=30)
            bench.start_agents()
    return {int(run["id"]) for run in hit}, has_survivor


def _is_gone(bench: ChaosBench, hit: set[int]) -> bool:
    """Nothing of these runs is in place, nor may be."""
    if any(path.name.startswith(f"run-{run_id}-") for path in bench.faults() for run_id in hit):
        return False
    rows = bench.read("SELECT id, state FROM runs_run WHERE state IN ('starting', 'running')")
    return not hit & (bench.unverified() | {int(row[0]) for row in rows})


def _judge(
    bench: ChaosBench, trial: Trial, keys: list[str], hit: set[int], *, begun_before: int, died_at: float
) -> None:
    runs = bench.runs(keys)
    begun = bench.acts("begin")
    trial.begun = len(begun) - begun_before
    times = Counter(key for key, _ in begun)
    if any(count > 1 for count in times.values()):
        raise TrialError(f"{trial}: a fault was put in place twice: {times.most_common(3)}")
    for run in runs:
        prefixes = {key.rpartition("-")[0] for key in times if key.startswith(f"run-{run['id']}-")}
        if len(prefixes) > 1:
            raise TrialError(f"{trial}: the method of run {run['id']} was begun twice: {sorted(prefixes)}")
        _judge_verdict(bench, trial, run, hit)
        trial.verdicts.append(run["verdict"])
    if trial.death.startswith("SIGTERM"):
        late = [key for key, at in begun if at > died_at + _HEARD_SECONDS and _is_of(key, hit)]
        if late:
            raise TrialError(f"{trial}: faults after the SIGTERM: {late}")
    if trial.gone_seconds > GONE_SECONDS_MAX:
        story = "\n".join(bench.story(hit))
        raise TrialError(f"{trial}: the faults were gone after {trial.gone_seconds:.1f} s only:\n{story}")


def _judge_verdict(bench: ChaosBench, trial: Trial, run: dict[str, Any], hit: set[int]) -> None:
    injected = {key for key, _ in bench.acts("inject") if key.startswith(f"run-{run['id']}-")}
    is_true = {
        "held": len(injected) == 3,
        "aborted": bool(run["verdict_reason"])
        and (int(run["id"]) in hit or trial.moment == MOMENTS[3] or trial.death not in _OF_ONE),
    }
    if not is_true.get(run["verdict"], False):
        raise TrialError(f"{trial}: run {run['id']} ended as {run['verdict']} ({run['verdict_reason']}), {injected}")
    held = bench.read(f"SELECT 1 FROM runs_runtarget WHERE run_id = {int(run['id'])} AND is_held")  # noqa: S608  names of ours
    if held:
        raise TrialError(f"{trial}: run {run['id']} holds its target still")


def _is_of(key: str, run_ids: set[int]) -> bool:
    return any(key.startswith(f"run-{run_id}-") for run_id in run_ids)


def _pid(supervisor: str) -> int:
    """Of "host/pid-token"."""
    return int(supervisor.rpartition("/")[2].partition("-")[0])


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _kill(bench: ChaosBench, pids: list[int]) -> None:
    """Until agents of ours are dead: one that still dies would be taken for one that need not be started again."""
    _send(pids, signal.SIGKILL)
    for agent in bench.agents:
        if agent.pid in pids:
            agent.wait(timeout=30)


def _wait(
    is_so: Callable[[], bool], trial: Trial, what: str, bench: ChaosBench, keys: list[str], seconds: float
) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TrialError(
                f"{trial}: {what} did not come within {seconds:g} s; runs {bench.runs(keys)}, "
                f"faults {bench.faults()}, unverified {bench.unverified()}"
            )
        time.sleep(0.05)


def table(done: list[Trial]) -> str:
    """What was seen, a line for each death."""
    by_death: dict[str, list[Trial]] = defaultdict(list)
    for trial in done:
        by_death[trial.death].append(trial)
    lines = [f"{'death':36} trials  gone after (median, worst)  verdicts"]
    for death in DEATHS:
        trials = by_death.get(death, [])
        if trials:
            seconds = sorted(trial.gone_seconds for trial in trials)
            verdicts = Counter(verdict for trial in trials for verdict in trial.verdicts)
            words = ", ".join(f"{name} {count}" for name, count in verdicts.most_common())
            lines.append(
                f"{death:36} {len(trials):6}  {seconds[len(seconds) // 2]:6.1f} s {seconds[-1]:6.1f} s"
                f"           {words}"
            )
    faults = sum(trial.begun for trial in done)
    lines.append(f"{len(done)} trials, {faults} faults put in place, none twice, none left")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--servers", action="store_true", help="on PostgreSQL and Redis instead of the embedded ones")
    options = parser.parse_args()
    done: list[Trial] = []
    with (
        tempfile.TemporaryDirectory(prefix="chaos-trials-") as directory,
        running_chaos_bench(SERVERS if options.servers else EMBEDDED, Path(directory)) as bench,
    ):
        for trial in trials_of(count=options.trials, seed=options.seed):
            done.append(do(bench, trial))
            sys.stdout.write(f"{trial}: {trial.gone_seconds:.1f} s, {', '.join(trial.verdicts)}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{table(done)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
