"""What the flood and the storm of alerts share: senders, a receiver of pages, and what the product used meanwhile."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from stage import DIRECTORY

from tests.servers.product import Product, running_product

SENDERS = 8
MEGABYTES_MAX = 500
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass
class Receiver:
    """What was told to a place: the text of each message and when it came."""

    url: str
    told: list[tuple[float, str]] = field(default_factory=list)


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


@contextmanager
def product() -> Iterator[Product]:
    """The whole product on the data of the stage, ready."""
    environment = {"OUTBOUND_ALLOWED_HOSTS": "127.0.0.1", "LOG_LEVEL": "WARNING"}
    if os.environ.get("BENCH_DATABASE_URL"):
        environment["DATABASE_URL"] = os.environ["DATABASE_URL"]
    with running_product(DIRECTORY, environment=environment) as running:
        running.wait_until_ready()
        yield running


@dataclass(frozen=True)
class Answer:
    """key: of the alert. asked_at: by the wall clock."""

    asked_at: float
    seconds: float
    status: int
    key: int

    @property
    def answered_at(self) -> float:
        return self.asked_at + self.seconds


def send_alerts(url: str, key: str, *, alerts: int, over_keys: int, seconds: float) -> list[Answer]:
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
                "summary": f"{title_of(name)} fires",
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


def title_of(name: int) -> str:
    """What a message that tells of the alert contains, and none of another."""
    return f"flood-{name}-end"


class Usage(threading.Thread):
    """Of web and worker while it runs: the largest resident memory in megabytes, and seconds of a core."""

    def __init__(self, running: Product) -> None:
        super().__init__(daemon=True)
        self._pids = {name: pid for name, pid in running.children().items() if name in ("web", "worker")}
        self._over = threading.Event()
        self.megabytes = dict.fromkeys(self._pids, 0.0)
        self._before = {name: _core_seconds(pid) for name, pid in self._pids.items()}
        self.core_seconds: Mapping[str, float] = {}

    def run(self) -> None:
        while not self._over.wait(1.0):
            for name, pid in self._pids.items():
                self.megabytes[name] = max(self.megabytes[name], _megabytes(pid))

    def stop(self) -> None:
        self._over.set()
        self.join()
        self.core_seconds = {name: _core_seconds(pid) - self._before[name] for name, pid in self._pids.items()}


def _megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _core_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def wait_until(condition: Callable[[], bool], *, seconds: float) -> None:
    """Until it holds or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not condition():
        time.sleep(1)


class Goals:
    """Prints figures, those with goals with what became of them."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def meet(self, title: str, value: float, goal: float, unit: str) -> None:
        is_met = value <= goal
        if not is_met:
            self.missed.append(title)
        print(f"{title:<58} {value:>9.2f} {unit}  goal {goal:g} {unit}: {'met' if is_met else 'MISSED'}", flush=True)

    def tell(self, title: str, value: str) -> None:
        print(f"{title:<58} {value:>9}", flush=True)

    def usage(self, usage: Usage, *, alerts: int) -> None:
        for name, peak in usage.megabytes.items():
            self.meet(f"memory of the {name} process at its highest", peak, MEGABYTES_MAX, "MB")
        for name, seconds in usage.core_seconds.items():
            self.tell(
                f"seconds of a core that {name} used", f"{seconds:.1f} ({seconds / alerts * 1000:.2f} ms an alert)"
            )
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        self.tell("load of the machine over 1, 5 and 15 min", f"{load} on {os.cpu_count()} cores")


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
