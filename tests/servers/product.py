"""The real product, started as a user starts it, with a data directory and a port of its own."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.servers.prepared import copy_prepared
from tests.servers.reading import Reader

ROOT = Path(__file__).resolve().parent.parent.parent
_URL = re.compile(r"^up +\|     (http://\S+)/$", re.MULTILINE)
_POLL_SECONDS = 0.1  # what asks takes processor time from what it waits for
_ROLES = {
    "valkey-server": "broker",
    "redis-server": "broker",
    "reliability.server": "web",
    "reliability.worker": "worker",
    "reliability.beat": "beat",
    "reliability.agent": "agent",
    "chaos agent": "agent",  # what it becomes when there is a run
}


class ProductError(Exception):
    """It did not do what was awaited; the message holds its log."""


class Product:
    """A running product. `url` has no slash at the end."""

    def __init__(self, process: subprocess.Popen[bytes], *, data_dir: Path, log_path: Path) -> None:
        self.process = process
        self.data_dir = data_dir
        self.log_path = log_path
        self.url = ""
        self.environment: dict[str, str] = {}  # of a program that shall work on this product's data
        self._log_start = log_path.stat().st_size  # the file may hold an earlier start

    @property
    def log(self) -> str:
        return self.log_path.read_bytes()[self._log_start :].decode(errors="replace")

    @property
    def database_path(self) -> Path:
        return self.data_dir / "reliability.sqlite3"

    @cached_property
    def reader(self) -> Reader:
        """Of its database, whichever it is."""
        return Reader(self.database_path, address=self.environment.get("DATABASE_URL", ""))

    def read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self.reader.rows(statement, *values)

    def await_greeting(self, *, seconds: float) -> None:
        self.wait_until(lambda: self.process.poll() is not None or bool(_URL.search(self.log)), seconds=seconds)
        found = _URL.search(self.log)
        if found is None:
            raise ProductError(f"it ended with {self.process.returncode} before it answered:\n{self.log}")
        self.url = found.group(1)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float, what: str = "what was awaited") -> float:
        """Seconds that it took. Raises ProductError with the log when it took too long."""
        started_at = time.monotonic()
        while not condition():
            if time.monotonic() - started_at > seconds:
                raise ProductError(f"{what} did not happen within {seconds:g} s:\n{self.log[-6000:]}")
            time.sleep(_POLL_SECONDS)
        return time.monotonic() - started_at

    def get(self, path: str, *, seconds: float = 5.0) -> tuple[int, str]:
        """Status and body; status 0 when nothing answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=seconds) as answer:  # noqa: S310  our own address
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def wait_until_ready(self, *, seconds: float = 30.0) -> float:
        return self.wait_until(lambda: self.get("/readyz")[0] == 200, seconds=seconds, what="readiness")

    def children(self) -> dict[str, int]:
        """Process ids of the supervised processes by name: broker, web, worker, beat, agent."""
        found: dict[str, int] = {}
        for pid, parent, command in _processes():
            if parent == self.process.pid:
                found |= {role: pid for word, role in _ROLES.items() if word in command}
        return found

    def descendants(self) -> list[int]:
        """Every process below the supervisor."""
        parents = {self.process.pid}
        found: list[int] = []
        for pid, parent, _ in sorted(_processes()):
            if parent in parents:
                parents.add(pid)
                found.append(pid)
        return found

    def resident_megabytes(self, *, counted: str = "Pss") -> float:
        """Resident memory of the supervisor and everything below it. Pss: what they take of the machine, a page that
        several share once. Rss: such a page for each of them."""
        return sum(_resident_kilobytes(pid, counted) for pid in [self.process.pid, *self.descendants()]) / 1024

    def stop(self, *, seconds: float = 12.0) -> float:
        """End it as Ctrl-C does; returns the seconds it took."""
        started_at = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise ProductError(f"it did not end within {seconds:g} s:\n{self.log[-6000:]}") from None
        return time.monotonic() - started_at


@contextlib.contextmanager
def running_product(
    data_dir: Path,
    *,
    command: str = "up",
    environment: Mapping[str, str] | None = None,
    seconds: float = 240.0,
    from_nothing: bool = False,
) -> Iterator[Product]:
    """Start `./run up` (or demo) on a free port, wait until the page answers, and end it afterwards.

    from_nothing: it makes its database and its static files itself, as on the first day.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    log_path = data_dir / "product.log"
    servers = _servers_of_the_run()
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    own = {"DATA_DIR": str(data_dir), "PORT": "0", "PREPARED": "1"}
    whole = {**inherited, **own, **servers, **(environment or {})}
    if not from_nothing and not any(data_dir.iterdir()):
        copy_prepared(data_dir, environment=whole)
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "reliability", command],
            cwd=ROOT,
            env=whole,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    product = Product(process, data_dir=data_dir, log_path=log_path)
    product.environment = whole
    try:
        product.await_greeting(seconds=seconds)
        yield product
    finally:
        product.reader.close()
        product.stop()


_redis_databases = itertools.count(1)


def _servers_of_the_run() -> dict[str, str]:
    """A fresh database and a Redis database of its own, when the run names servers; else the embedded ones."""
    address, redis_url = os.environ.get("PRODUCT_DATABASE_URL"), os.environ.get("PRODUCT_REDIS_URL")
    if not address or not redis_url:
        return {}
    name = f"product_{secrets.token_hex(4)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return {
        "DATABASE_URL": f"{address.rpartition('/')[0]}/{name}",
        "REDIS_URL": f"{redis_url.rpartition('/')[0]}/{_redis_database()}",
    }


def _redis_database() -> int:
    """One of the sixteen of a Redis; test processes that run at the same time share none."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return process % 2 * 8 + next(_redis_databases) % 8


# The suite's own settings, which would lead the product to the suite's data.
_NOT_INHERITED = frozenset(
    {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "TEST_DATABASE_URL", "REDIS_URL", "PROMETHEUS_MULTIPROC_DIR", "HOST"}
)


def _processes() -> Iterator[tuple[int, int, str]]:
    """(process id, parent's id, command line) of every process, from /proc."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        state, parent = stat.rpartition(")")[2].split()[:2]
        if state != "Z":
            yield int(entry.name), int(parent), command


def _resident_kilobytes(pid: int, counted: str) -> int:
    """0 when it has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{counted}:")), 0)
