"""Fifty runs of experiments at once on one agent: how long each waits for its start, and how soon a stop is obeyed.

Faults are files, so that the agent is what is measured: it starts the processes, records, renews and takes back.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Min
from django.utils import timezone
from stage import ROOT, stage  # first: it sets Django up
from timing import Taken, finish, report

from chaos.experiments.models import Experiment, ExperimentVersion, Target
from chaos.runs.domain.states import State
from chaos.runs.models import Agent, GuardPolicy, Run, RunEvent
from chaos.runs.services import global_stop, requests, starting, stopping
from reliability.access.domain.caller import SYSTEM
from reliability.access.models import Team
from reliability.catalog.models import Service
from tests.chaos.runs.engine.fake import KIND, enroll

RUNS = int(os.environ.get("BENCH_CHAOS_RUNS", "50"))
STOPPED_ALONE = 10
START_SECONDS_MAX = 2.0
STOP_SECONDS_MAX = 2.0
# For what is no claim, on a machine that does other things, too.
_PATIENCE = 120.0


def seed(directory: Path) -> list[Experiment]:
    """One target and one experiment for each run, steady all the time, whose fault stays for a minute and a half."""
    now = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench")
    service = Service.objects.create(team=team, name="bench", title="Bench")
    GuardPolicy.objects.create(team=team, needs_on_call=False, created_at=now, updated_at=now)
    found = []
    for number in range(RUNS):
        slug, place = f"bench-{number}", directory / "targets" / str(number)
        (place / "faults").mkdir(parents=True)
        common = {"team": team, "service": service, "slug": slug, "title": slug, "created_at": now, "updated_at": now}
        Target.objects.create(kind=KIND, config={"directory": str(place)}, **common)
        experiment = Experiment.objects.create(**common)
        document = document_of(slug, place)
        ExperimentVersion.objects.create(
            experiment=experiment, number=1, format="json", text=json.dumps(document), document=document, created_at=now
        )
        found.append(experiment)
    return found


def document_of(slug: str, place: Path) -> dict[str, object]:
    look = {"type": "process", "path": "ls", "arguments": [str(place)]}
    fault = {"type": "python", "module": f"chaos.injectors.{KIND}", "func": "put", "arguments": {"target": slug}}
    return {
        "title": slug,
        "description": "…",
        "extensions": [{"name": "reliability", "hypothesis_every": 5, "recovery_seconds": 1}],
        "steady-state-hypothesis": {
            "title": "It is there",
            "probes": [{"type": "probe", "name": "there", "tolerance": 0, "provider": look}],
        },
        "method": [{"type": "action", "name": "put", "provider": fault, "pauses": {"after": 90}}],
    }


@contextmanager
def agent(directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.faults.chaos_probe.settings", "LOG_LEVEL": "ERROR"}
    command = [sys.executable, str(ROOT / "manage.py"), "chaos", "agent", "--runs", str(RUNS)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait(Agent.objects.exists)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def main() -> None:
    enroll()
    settings.CHAOS_PROGRAMS = ["ls"]
    with stage() as directory:
        experiments = seed(directory)
        with agent(directory) as process:
            print(f"{RUNS} runs at once; the agent alone takes {megabytes([process.pid])}")
            runs = start_all(experiments)
            wait(lambda: not Run.objects.filter(fault_began_at=None).exists())
            say_starts(runs)
            pids = list(Run.objects.exclude(process_id=None).values_list("process_id", flat=True))
            print(f"memory with {RUNS} runs under way: agent {megabytes([process.pid])}, runs {megabytes(pids)}")
            print(f"each run {megabytes(pids[:1])}")
            say_stops(directory, runs)
    finish()


def start_all(experiments: list[Experiment]) -> list[int]:
    """All of them are let go within a moment, as at the start of a game day."""
    now = timezone.now()
    runs = [requests.request_run(caller=SYSTEM, experiment=one, not_before=now, now=now).pk for one in experiments]
    for pk in runs:
        if starting.decide(run_id=pk, now=timezone.now()) is None:
            raise SystemExit(f"run {pk}: {Run.objects.get(pk=pk).verdict_reason}")
    return runs


def say_starts(runs: list[int]) -> None:
    """From READY to the process's first word, and to its fault."""
    first = dict(
        RunEvent.objects.filter(run__in=runs, kind="hypothesis").values_list("run").annotate(at=Min("at")).order_by()
    )
    rows = list(Run.objects.filter(pk__in=runs))
    taken = sorted((run.started_at - run.ready_at).total_seconds() for run in rows)
    heard = sorted((first[run.pk] - run.ready_at).total_seconds() for run in rows)
    harmed = sorted((run.fault_began_at - run.ready_at).total_seconds() for run in rows)
    print(f"taken by the agent      median {taken[len(taken) // 2]:.2f} s  p95 {p95(taken):.2f} s")
    print(f"first fault in place    median {harmed[len(harmed) // 2]:.2f} s  p95 {p95(harmed):.2f} s")
    print(f"first probe answered    median {heard[len(heard) // 2]:.2f} s")
    report("start delay p95, until the agent has taken it", Taken(p95(taken)), goal=START_SECONDS_MAX)
    report("p95 until its process has answered its first probe", Taken(p95(heard)))


def say_stops(directory: Path, runs: list[int]) -> None:
    """Some one by one, the rest by the global stop."""
    alone = []
    for number, pk in enumerate(runs[:STOPPED_ALONE]):
        began = time.monotonic()
        stopping.stop_run(caller=SYSTEM, run_id=pk, reason="bench", now=timezone.now())
        wait(lambda number=number: not list(directory.glob(f"targets/{number}/faults/*")), pause=0.01)
        alone.append(time.monotonic() - began)
    began = time.monotonic()
    pressing = threading.Thread(target=press)
    pressing.start()
    wait(lambda: not list(directory.glob("targets/*/faults/*")), pause=0.01)
    together = time.monotonic() - began
    pressing.join()
    wait(lambda: not Run.objects.filter(pk__in=runs).exclude(state=State.ENDED).exists())
    verdicts = sorted(set(Run.objects.filter(pk__in=runs).values_list("verdict", flat=True)))
    print(f"verdicts: {', '.join(verdicts)}")
    report(f"abort of one of {RUNS}, the slowest of {STOPPED_ALONE}", Taken(max(alone)), goal=STOP_SECONDS_MAX)
    report(f"global stop of the other {RUNS - STOPPED_ALONE}", Taken(together), goal=STOP_SECONDS_MAX)


def press() -> None:
    global_stop.begin(caller=SYSTEM, reason="bench", now=timezone.now())
    connection.close()


def p95(ordered: list[float]) -> float:
    return ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]


def wait(is_so: Callable[[], bool], *, pause: float = 0.1) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            states = list(Run.objects.values_list("state", "waits_for").distinct())
            raise SystemExit(f"it did not happen within {_PATIENCE:g} s: {states}")
        time.sleep(pause)


def megabytes(pids: list[int]) -> str:
    """Resident, and what of it is theirs alone or their share (PSS)."""
    kilobytes = {"Rss:": 0, "Pss:": 0}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            name, *rest = line.split()
            if name in kilobytes:
                kilobytes[name] += int(rest[0])
    return f"{kilobytes['Rss:'] / 1024:.0f} MB resident ({kilobytes['Pss:'] / 1024:.0f} MB its own)"


if __name__ == "__main__":
    main()
