"""Fault 10: 10,000 alerts within a minute over 200 keys, from one source, into the running product.

The whole product runs: web, worker, tick, broker. Events go to /v2/enqueue one by one, as monitoring tools send them;
a channel of the escalation policy is a webhook to this process, which notes when it was told of which incident.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from django.utils import timezone
from stage import DIRECTORY, stage
from timing import demand, finish, heading

from incidents.intake.models import Integration
from incidents.intake.services import keys
from incidents.paging.models import EscalationPolicy, PolicyStep, StepTarget
from incidents.response.models import Alert, Incident
from reliability.access.models import Team
from reliability.channels.models import Channel
from tests.servers.product import Product, running_product

SENDERS = 8
INTAKE_P99_SECONDS = 0.5
FIRST_PAGE_SECONDS = 2.0
MEGABYTES_MAX = 500
_missed: list[str] = []


@dataclass
class Receiver:
    """What was told to the channel: the text of each message and when it came."""

    url: str
    told: list[tuple[float, str]] = field(default_factory=list)

    def first_told(self, word: str) -> float | None:
        return next((at for at, text in self.told if word in text), None)


@contextmanager
def receiver() -> Iterator[Receiver]:
    found = Receiver(url="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            found.told.append((time.time(), text))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Nothing: a thousand lines would stand between the figures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()


def lay(url: str) -> str:
    """A team whose policy tells a webhook, and an integration. Returns its key."""
    now = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench")
    channel = Channel.objects.create(team=team, name="bench", title="Bench", kind="webhook", config={"url": url})
    policy = EscalationPolicy.objects.create(team=team, slug="bench", title="Bench", is_team_default=True)
    step = PolicyStep.objects.create(policy=policy, position=0, delay_minutes=30)
    StepTarget.objects.create(step=step, channel=channel)
    integration = Integration.objects.create(team=team, name="bench", title="Bench", kind="pagerduty")
    return keys.make(integration=integration, now=now).text


@dataclass(frozen=True)
class Answer:
    asked_at: float
    seconds: float
    status: int
    key: int


def flood(url: str, key: str, *, alerts: int, over_keys: int, seconds: float) -> list[Answer]:
    """Send them evenly over *seconds* (0: as fast as it goes), each sender on a connection of its own."""
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        shares = pool.map(lambda share: _send(url, key, share, began, alerts, over_keys, seconds), range(SENDERS))
        return [answer for answers in shares for answer in answers]


def _send(url: str, key: str, share: int, began: float, alerts: int, over_keys: int, seconds: float) -> list[Answer]:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    answers = []
    for number in range(share, alerts, SENDERS):
        pause = began + seconds * number / alerts - time.perf_counter()
        if pause > 0:
            time.sleep(pause)
        name = number % over_keys
        body = {
            "routing_key": key,
            "event_action": "trigger",
            "dedup_key": f"flood-{name}",
            "payload": {
                "summary": f"flood-{name}-end fires",
                "source": f"host-{name}",
                "severity": "critical",
                "custom_details": {"number": number},
            },
        }
        asked_at, clock = time.time(), time.perf_counter()
        connection.request("POST", "/v2/enqueue", json.dumps(body).encode(), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        answers.append(Answer(asked_at, time.perf_counter() - clock, answer.status, name))
    return answers


class Memory(threading.Thread):
    """The largest resident memory of web and worker while it runs, in megabytes."""

    def __init__(self, product: Product) -> None:
        super().__init__(daemon=True)
        self._product = product
        self._over = threading.Event()
        self.peak = {"web": 0.0, "worker": 0.0}

    def run(self) -> None:
        pids = self._product.children()
        while not self._over.wait(1.0):
            for name in self.peak:
                self.peak[name] = max(self.peak[name], _megabytes(pids[name]))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _goal(title: str, value: float, goal: float, unit: str) -> None:
    verdict = "met" if value <= goal else "MISSED"
    if value > goal:
        _missed.append(title)
    print(f"{title:<58} {value:>9.2f} {unit}  goal {goal:g} {unit}: {verdict}", flush=True)


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0, help="0: as fast as it goes")
    parser.add_argument("--settle", type=float, default=60.0, help="how long to wait for the last page")
    options = parser.parse_args()
    with stage(), receiver() as told:
        key = lay(told.url)
        environment = {"OUTBOUND_ALLOWED_HOSTS": "127.0.0.1", "LOG_LEVEL": "WARNING"}
        if os.environ.get("BENCH_DATABASE_URL"):
            environment["DATABASE_URL"] = os.environ["DATABASE_URL"]
        with running_product(DIRECTORY, environment=environment) as product:
            product.wait_until_ready()
            memory = Memory(product)
            memory.start()
            heading(f"{options.alerts:,} alerts over {options.keys} keys within {options.seconds:g} s")
            began = time.perf_counter()
            answers = flood(product.url, key, alerts=options.alerts, over_keys=options.keys, seconds=options.seconds)
            taken = time.perf_counter() - began
            _await_pages(told, options.keys, options.settle)
            memory.stop()
        report(answers, told, memory, taken=taken, over_keys=options.keys, alerts=options.alerts)
    if _missed:
        raise SystemExit(1)
    finish()


def _await_pages(told: Receiver, over_keys: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if all(told.first_told(f"flood-{name}-end") is not None for name in range(over_keys)):
            return
        time.sleep(1)


def report(answers: list[Answer], told: Receiver, memory: Memory, *, taken: float, over_keys: int, alerts: int) -> None:
    refused = [answer.status for answer in answers if answer.status != 202]
    demand(not refused, f"{len(refused)} were refused: {sorted(set(refused))}")
    demand(Alert.objects.count() == over_keys, f"{Alert.objects.count()} alerts are stored, not {over_keys}")
    demand(Incident.objects.count() == over_keys, f"{Incident.objects.count()} incidents, not {over_keys}")
    seen = sum(Alert.objects.values_list("times_seen", flat=True))
    demand(seen == alerts, f"{seen} alerts were counted, not {alerts}")
    times = [answer.seconds for answer in answers]
    print(f"{'accepted, stored and counted':<58} {len(answers):>9,} in {taken:.1f} s ({len(answers) / taken:,.0f}/s)")
    print(f"{'an answer, median':<58} {statistics.median(times) * 1000:>9.2f} ms")
    _goal("an answer, 99th percentile", quantile(times, 0.99), INTAKE_P99_SECONDS, "s")
    firsts: dict[int, float] = {}
    for answer in answers:
        firsts[answer.key] = min(firsts.get(answer.key, answer.asked_at), answer.asked_at)
    pages = {name: told.first_told(f"flood-{name}-end") for name in firsts}
    silent = [name for name, at in pages.items() if at is None]
    bundled = len(told.told)
    waits = [at - firsts[name] for name, at in pages.items() if at is not None]
    print(f"{'messages that the channel was told':<58} {bundled:>9,} (bundles name several incidents)")
    if waits:
        print(f"{'first alert to the channel, median':<58} {statistics.median(waits):>9.2f} s")
        _goal("first alert to the channel, 99th percentile", quantile(waits, 0.99), FIRST_PAGE_SECONDS, "s")
    if silent:
        _missed.append("incidents nobody was told of by name")
        print(f"{'incidents that no message names':<58} {len(silent):>9}")
    for name, peak in memory.peak.items():
        _goal(f"memory of the {name} process at its highest", peak, MEGABYTES_MAX, "MB")


if __name__ == "__main__":
    main()
