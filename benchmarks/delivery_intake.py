"""Claim: 1,000 deployments a second by `POST /api/v1/deployments` to a running server, committed before each answer.

And how long after the last answer it is known which commits each was the first to ship.

BENCH_DEPLOYMENTS: how many are told, with two commits each.
"""

from __future__ import annotations

import http.client
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from django.db.models import Sum
from django.utils import timezone
from stage import ROOT, stage
from timing import Taken, demand, finish, heading, report
from web import running_web

from reliability.access.domain.caller import SYSTEM, Role, Scope
from reliability.access.models import Team
from reliability.access.services import tokens
from reliability.catalog.models import Service
from reliability.delivery.models import Commit, Contents, Deployment, DeploymentMonth, ShippedCommit
from tests.delivery.long_story import Story

DEPLOYMENTS = int(os.environ.get("BENCH_DEPLOYMENTS", "100000"))
SERVICES, BATCH, SENDERS = 200, 1_000, 2
GOAL = 1.0  # seconds for a thousand


def main() -> None:
    story = Story(SERVICES, DEPLOYMENTS // SERVICES)
    with stage():
        now = timezone.now()
        team = Team.objects.create(slug="bench", name="Bench")
        Service.objects.bulk_create(Service(team=team, name=name, title=name) for name in story.names())
        token = tokens.create(
            caller=SYSTEM, name="bench", team=team, role=Role.EDITOR, scopes=[Scope.INTAKE], expires_at=None, now=now
        )
        headers = {"Authorization": f"Bearer {token.secret}", "Content-Type": "application/x-ndjson"}
        bodies = list(story.batches(BATCH))
        with running_web() as port, _running_tick():
            heading(f"{story.deployments:,} deployments of {SERVICES} services with {story.commits:,} commits")
            _measure(story, [bodies[n::SENDERS] for n in range(SENDERS)], port, headers)
        _check(story)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{'memory of the largest process at its peak':<58} {peak:>9.0f} MB")
    finish()


def _measure(story: Story, shares: list[list[bytes]], port: int, headers: dict[str, str]) -> None:
    web = _process_id_of("reliability.server")
    began, cpu = time.perf_counter(), _cpu_seconds(web)
    with ThreadPoolExecutor(SENDERS) as pool:
        answers = pool.map(lambda share: _send(port, headers, share), shares)
        waits = sorted(wait for some in answers for wait in some)
    stored, cpu = time.perf_counter() - began, _cpu_seconds(web) - cpu
    thousands = story.deployments / 1_000
    demand(Deployment.objects.count() == story.deployments, "each is durable once it is answered")
    report(
        f"1,000 deployments durable ({BATCH:,} a request, {SENDERS} senders)",
        Taken(stored / thousands, cpu / thousands),
        goal=GOAL,
        note=f"{story.deployments / stored:,.0f}/s, {story.deployments / cpu:,.0f}/s of a core",
    )
    print(f"{'an answer: median, slowest':<58} {waits[len(waits) // 2]:>9.2f} s  {waits[-1]:.2f} s")
    for title, rest, seconds in (
        ("what each shipped is known, after the last answer", Deployment.objects.filter(contents="pending"), 0.2),
        ("the months are packed, after the last answer", DeploymentMonth.objects.filter(is_stale=True), 0.5),
    ):
        while rest.exists():
            time.sleep(seconds)
        print(f"{title:<58} {time.perf_counter() - began - stored:>9.1f} s", flush=True)


def _process_id_of(module: str) -> int:
    """Of a child of this process."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return next(int(pid) for pid in children if module in Path(f"/proc/{pid}/cmdline").read_text())


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _send(port: int, headers: dict[str, str], bodies: list[bytes]) -> list[float]:
    """Seconds of each answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    waits = []
    for body in bodies:
        began = time.perf_counter()
        connection.request("POST", "/api/v1/deployments", body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        waits.append(time.perf_counter() - began)
        demand(answer.status == 202 and b'"rejected":0' in text, f"{answer.status}: {text[:300]!r}")
    return waits


@contextmanager
def _running_tick() -> Iterator[None]:
    """Due work in a process of its own."""
    process = subprocess.Popen([sys.executable, "manage.py", "tick", "--loop"], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _check(story: Story) -> None:
    demand(Commit.objects.count() == story.commits, f"{Commit.objects.count()} commits")
    shipped = ShippedCommit.objects.aggregate(seconds=Sum("lead_seconds"))["seconds"]
    demand(ShippedCommit.objects.count() == story.shipped, f"{ShippedCommit.objects.count()} commits shipped")
    demand(shipped == story.lead_seconds, f"{shipped} seconds of lead time")
    first = Deployment.objects.filter(contents=Contents.FIRST).count()
    complete = Deployment.objects.filter(contents=Contents.COMPLETE).count()
    demand((first, first + complete) == (story.services, story.deployments), f"{first} first, {complete} complete")


if __name__ == "__main__":
    main()
