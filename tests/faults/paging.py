"""A running product that pages: asked through rows of due work, watched through its receivers and its tables."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.conftest import PROBE
from tests.servers.postgresql import PostgresqlServer, postgresql_server
from tests.servers.product import Product, running_product
from tests.servers.receivers import HttpReceiver
from tests.servers.redis import RedisServer, redis_server

EMBEDDED, SERVERS = "embedded", "PostgreSQL and Redis"


@dataclass
class Bench:
    """postgresql: unless the database is the embedded SQLite. redis: the broker, unless it is the embedded one."""

    product: Product
    directory: Path
    postgresql: PostgresqlServer | None = None
    redis: RedisServer | None = None
    _asked: dict[str, int] = field(default_factory=dict)

    def page(self, subject: str, *steps: list[HttpReceiver], delay: int = 5) -> None:
        """Begin an escalation about *subject*. Each step tells its receivers."""
        urls = [[f"{receiver.url}/{subject}" for receiver in step] for step in steps]
        self.ask("probe.page", subject, steps=urls, delay=delay)

    def ask(self, kind: str, key: str, **payload: Any) -> None:
        now = datetime.now(UTC)
        self.write(
            "INSERT INTO outbox_due (kind, key, payload, due_at, lease_owner, attempts, last_error, created_at)"
            " VALUES (%s, %s, %s, %s, '', 0, '', %s)",
            kind,
            key,
            json.dumps(payload),
            now,
            now,
        )

    def write(self, statement: str, *values: object) -> None:
        if self.postgresql is not None:
            with psycopg.connect(self.postgresql.url, autocommit=True) as server:
                server.execute(statement, values)
            return
        plain = [
            value.replace(tzinfo=None).isoformat(sep=" ") if isinstance(value, datetime) else value for value in values
        ]
        with closing(sqlite3.connect(self.product.database_path, timeout=20)) as database, database:
            database.execute(statement.replace("%s", "?"), plain)

    def read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self.product.read(statement, *values)

    def states(self, subject: str) -> list[str]:
        rows = self.read(
            "SELECT n.state FROM paging_notification n JOIN paging_escalation e ON e.id = n.escalation_id"
            " WHERE e.subject = %s AND n.purpose = 'page' ORDER BY n.id",
            subject,
        )
        return [row[0] for row in rows]

    def wait_until_sent(self, subject: str, *, count: int = 1, seconds: float) -> float:
        return self.product.wait_until(
            lambda: self.states(subject).count("sent") >= count,
            seconds=seconds,
            what=f"that {count} pages about {subject} are sent, of {self.states(subject)},",
        )

    def die_at(self, point: str) -> None:
        (self.directory / point).touch()

    def has_died(self, point: str) -> bool:
        return not (self.directory / point).exists()

    def dies_before_it_sends(self, point: str, subject: str) -> bool:
        """Whether a worker died at the point; False when the page was sent without coming by there."""
        self.product.wait_until(
            lambda: self.has_died(point) or self.states(subject) == ["sent"],
            seconds=30,
            what=f"death or page: {point}",
        )
        return self.has_died(point)

    def wait_for_death(self, point: str, *, seconds: float = 15.0) -> None:
        self.product.wait_until(lambda: self.has_died(point), seconds=seconds, what=f"death: {point}")

    def wait_until_recovered(self, point: str) -> None:
        """A worker does work again, however long its start takes on a busy machine."""
        self.ask("probe.alive", point)
        self.product.wait_until(
            lambda: not self.read("SELECT 1 FROM outbox_due WHERE kind = 'probe.alive'"),
            seconds=40,
            what="work of a new worker",
        )

    def step_clock(self, seconds: float) -> None:
        temporary = self.directory / "clock.new"
        temporary.write_text(str(seconds))
        temporary.rename(self.directory / "clock")

    def kill(self, name: str) -> None:
        os.kill(self.product.children()[name], signal.SIGKILL)

    @contextmanager
    def without_broker(self) -> Iterator[None]:
        """The broker is dead inside of the block and comes back empty."""
        if self.redis is not None:
            self.redis.die()
            yield
            self.redis.come_back()
            return
        former = self.product.children()["broker"]
        os.kill(former, signal.SIGSTOP)  # killed at once it would be started again at once
        yield
        os.kill(former, signal.SIGKILL)


def keys_of(receiver: HttpReceiver) -> list[str]:
    """The idempotency key of each request."""
    return [request.header("webhook-id") for request in receiver.received]


@contextmanager
def running_bench(kind: str, directory: Path, **environment: str) -> Iterator[Bench]:
    with ExitStack() as stack:
        probe_dir = directory / "probe"
        probe_dir.mkdir(parents=True)
        given = {**PROBE, "PROBE_DIR": str(probe_dir), "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1", **environment}
        postgresql, redis = None, None
        if kind == SERVERS:
            postgresql = stack.enter_context(postgresql_server(is_durable=True))
            redis = stack.enter_context(redis_server())
            given |= {"DATABASE_URL": postgresql.url, "REDIS_URL": redis.url}
        product = stack.enter_context(running_product(directory / "data", environment=given))
        product.wait_until_ready(seconds=120)
        yield Bench(product=product, directory=probe_dir, postgresql=postgresql, redis=redis)
