"""A status page from its kept copies, under 2,000 requests a second of connections that stay open.

The page is laid down with components and incidents, rendered once, and asked for by this program: as it is, as gzip,
and "has it changed?". Then as fast as it goes. The load tool shares the machine's cores with what it measures.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from stage import stage
from timing import Taken, demand, finish, heading, report
from web import running_web

from incidents.status_page.copies.places import store_of_settings
from incidents.status_page.copies.store import Site
from incidents.status_page.domain.states import ComponentState
from incidents.status_page.models import Component
from incidents.status_page.services import components, copies, incidents, pages
from incidents.status_page.services.components import ComponentDraft
from incidents.status_page.services.incidents import IncidentDraft
from incidents.status_page.services.pages import PageDraft
from incidents.status_page.services.updates import UpdateDraft
from reliability.access.domain.caller import SYSTEM
from reliability.access.models import Team

RATE = 2_000
SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
CONNECTIONS = 50
P99_GOAL = 0.1
COMPONENTS, INCIDENTS = 20, 30
PATHS = ("/status/bench/", "/status/bench/api/v2/summary.json", "/status/bench/history.atom", "/status/bench/badge.svg")


@dataclass
class Load:
    """What one load program saw. waits: from when an answer was due to be asked for until it was there, seconds."""

    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: int = 0
    received: int = 0


def main() -> None:
    with stage():
        call_command("collectstatic", interactive=False, verbosity=0)  # the page names its style sheets
        _lay()
        etag = _etag()
        connections.close_all()
        with running_web() as port:
            heading(f"{RATE:,} requests a second over {CONNECTIONS} connections for {SECONDS:g} s, from kept copies")
            _measure("page, JSON, Atom and badge in turn, gzip", port, PATHS, {"Accept-Encoding": "gzip"}, rate=RATE)
            _measure("the page, unchanged (304)", port, PATHS[:1], {"If-None-Match": etag}, rate=RATE, status=304)
            heading("As fast as one web process and the load program go together")
            _measure("the page, gzip", port, PATHS[:1], {"Accept-Encoding": "gzip"}, rate=None)
            _measure("the page as it is", port, PATHS[:1], {}, rate=None)
    finish()


def _lay() -> None:
    now = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench")
    draft = PageDraft(slug="bench", title="Bench", description="A page of a usual size")
    page = pages.create(caller=SYSTEM, team_id=team.pk, draft=draft, now=now)
    for number in range(COMPONENTS):
        named = ComponentDraft(name=f"Component {number}", description="What it is for, in a line")
        components.create(caller=SYSTEM, page_id=page.pk, draft=named, now=now)
    ids = list(Component.objects.order_by("pk").values_list("pk", flat=True))
    for number in range(INCIDENTS):
        at = now - timedelta(days=number)
        incidents.open_incident(
            caller=SYSTEM,
            page_id=page.pk,
            draft=IncidentDraft(title=f"Trouble {number}", started_at=at),
            update=UpdateDraft(
                status="resolved" if number else "investigating",
                body="Some requests failed. **We have mended it** and watch.\n\n- It began slowly\n- It is over",
                components={} if number else {ids[0]: ComponentState.DEGRADED_PERFORMANCE},
                at=at,
            ),
            now=now,
        )
    taken = time.perf_counter()
    copies.renew(page_id=page.pk, now=now)
    taken = time.perf_counter() - taken
    store = store_of_settings()
    kinds = store.kinds(Site("bench"))
    sizes = {kind: store.read(Site("bench"), kind) for kind in ("index", "api/v2/summary.json")}
    demand(all(sizes.values()), "the copies are not there")
    kept = ", ".join(
        f"{kind} {len(copy.body):,} bytes ({len(copy.gzipped):,} as gzip)" for kind, copy in sizes.items() if copy
    )
    print(f"rendered {len(kinds)} answers of the page in {taken * 1000:,.0f} ms: {kept}", flush=True)


def _etag() -> str:
    copy = store_of_settings().read(Site("bench"), "index")
    return f'"{copy.etag}"' if copy else ""


def _measure(
    title: str, port: int, paths: tuple[str, ...], headers: dict[str, str], *, rate: int | None, status: int = 200
) -> None:
    """In a process of its own: it must not wait for this one."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        load = pool.apply(run_load, (port, paths, headers, rate, SECONDS))
    waits = sorted(load.waits)
    demand(bool(waits), "nothing was answered")
    p50, p99 = statistics.median(waits), waits[int(len(waits) * 0.99)]
    wrong = sum(count for code, count in load.statuses.items() if code != status)
    demand(wrong == 0, f"answers other than {status}: {dict(load.statuses)}")
    reached = len(waits) / SECONDS
    demand(rate is None or reached >= rate * 0.98, f"{reached:,.0f} requests a second of {rate:,}" if rate else "")
    demand(load.errors == 0, f"{load.errors} connections broke")
    note = (
        f"p99; p50 {p50 * 1000:.1f} ms, slowest {waits[-1] * 1000:.0f} ms, {reached:,.0f}/s, {load.errors} errors, "
        f"{load.received / SECONDS / 1e6:.1f} MB/s, load {os.getloadavg()[0]:.1f}"
    )
    report(title, Taken(p99), goal=P99_GOAL if rate else None, note=note)


def run_load(port: int, paths: tuple[str, ...], headers: dict[str, str], rate: int | None, seconds: float) -> Load:
    """rate: requests a second of all connections together; None: each as soon as the one before is answered."""
    return asyncio.run(_load(port, paths, headers, rate, seconds))


async def _load(port: int, paths: tuple[str, ...], headers: dict[str, str], rate: int | None, seconds: float) -> Load:
    load = Load()
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "localhost", **headers}.items())
    requests = [f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode() for path in paths]
    begins = time.perf_counter() + 0.5
    await asyncio.gather(
        *(_converse(load, port, requests, number, rate, begins, begins + seconds) for number in range(CONNECTIONS))
    )
    return load


async def _converse(
    load: Load, port: int, requests: list[bytes], number: int, rate: int | None, begins: float, ends: float
) -> None:
    """One connection. Its requests are due at even times, whether or not earlier answers were late."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    pause = CONNECTIONS / rate if rate else 0.0
    due = begins + (pause * number / CONNECTIONS)
    turn = number
    while due < ends:
        ahead = due - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        asked = due if rate else time.perf_counter()
        try:
            writer.write(requests[turn % len(requests)])
            status, length = await _answer(reader)
        except (OSError, ValueError, asyncio.IncompleteReadError):
            load.errors += 1
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        else:
            load.waits.append(time.perf_counter() - asked)
            load.statuses[status] += 1
            load.received += length
        turn += 1
        due = due + pause if rate else time.perf_counter()
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    at = head.find(b"content-length: ")
    length = int(head[at + 16 : head.index(b"\r", at)]) if at >= 0 else 0
    if length:
        await reader.readexactly(length)
    return status, len(head) + length


if __name__ == "__main__":
    main()
