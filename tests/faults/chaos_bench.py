"""A running product with agents beside it, whose experiments put files where they do not belong."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos.runs.engine.fake import acts
from tests.servers.postgresql import PostgresqlServer, postgresql_server
from tests.servers.product import ROOT, Product, running_product
from tests.servers.redis import RedisServer, redis_server

EMBEDDED, SERVERS = "embedded", "PostgreSQL and Redis"
LEASE_SECONDS = 10.0  # as by default
TARGETS = ("one", "two", "three")
_SLOW_SECONDS = 0.4
_SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.faults.chaos_probe.settings"}
_AGENTS = 2


@dataclass
class ChaosBench:
    """Two agents of ours, beside the product's own that stands by: they are killed and started again one by one."""

    directory: Path
    postgresql: PostgresqlServer | None = None
    redis: RedisServer | None = None
    agents: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _product: Product | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def product(self) -> Product:
        assert self._product is not None
        return self._product

    def place(self, slug: str) -> Path:
        return self.directory / "targets" / slug

    def start(self) -> None:
        """The product and the agents, until all of them are there."""
        environment = dict(_SETTINGS)
        if self.postgresql is not None and self.redis is not None:
            environment |= {"DATABASE_URL": self.postgresql.url, "REDIS_URL": self.redis.url}
        product = running_product(self.directory / "data", environment=environment)
        self._product = self._stack.enter_context(product)
        self.product.wait_until_ready(seconds=120)
        self.start_agents()

    def start_agents(self) -> None:
        """Start those that are missing, and wait until all are there."""
        self.agents = [agent for agent in self.agents if agent.poll() is None]
        with (self.directory / "agents.log").open("ab") as log:
            while len(self.agents) < _AGENTS:
                command = [sys.executable, str(ROOT / "manage.py"), "chaos", "agent"]
                self.agents.append(
                    subprocess.Popen(command, cwd=ROOT, env=self.product.environment, stdout=log, stderr=log)
                )

        def are_there() -> bool:
            rows = [row[0] for row in self.read("SELECT instance FROM runs_agent")]
            return all(any(f"/{agent.pid}-" in row for row in rows) for agent in self.agents)

        self.product.wait_until(are_there, seconds=120, what="that the agents are there")

    def agent_began(self, *, after: float) -> float:
        """When the first agent began after *after* (seconds since 1970); one that stands by is none yet."""
        rows = self.read("SELECT started_at FROM runs_agent WHERE instance NOT LIKE '%-standby'")
        return min((at for (stored,) in rows if (at := _seconds(stored)) > after), default=after)

    def last_verified(self, run_ids: set[int], *, after: float) -> float:
        """When the last fault of these runs was seen to be gone after *after*; that itself when none was."""
        rows = self.read("SELECT run_id, verified_at FROM runs_undorecord WHERE verified_at IS NOT NULL")
        return max((_seconds(stored) for run_id, stored in rows if run_id in run_ids), default=after)

    def stop(self) -> None:
        for agent in self.agents:
            agent.terminate()
        for agent in self.agents:
            with suppress(subprocess.TimeoutExpired):
                agent.wait(timeout=30)
            agent.kill()
            agent.wait()
        self._stack.close()

    def lose_power(self) -> None:
        """Every process of it at once; then everything comes back but the agents."""
        self.product.reader.close()  # a file that somebody holds open is not found as a power loss leaves it
        pids = [self.product.process.pid, *self.product.descendants(), *(agent.pid for agent in self.agents)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.postgresql is not None and self.redis is not None:
            self.postgresql.die()
            self.redis.die()
        for agent in self.agents:
            agent.wait(timeout=10)
        self._stack.close()
        if self.postgresql is not None and self.redis is not None:
            self.postgresql.come_back()
            self.redis.come_back()

    def lose_broker(self) -> None:
        if self.redis is not None:
            self.redis.die_and_come_back()
        else:
            os.kill(self.product.children()["broker"], signal.SIGKILL)

    def ask(self, kind: str, key: str, **payload: Any) -> None:
        now = datetime.now(UTC)
        names = self._columns("outbox_due")
        values: dict[str, Any] = {"kind": kind, "key": key, "payload": json.dumps(payload), "due_at": now}
        values |= {"lease_owner": "", "attempts": 0, "last_error": "", "created_at": now, "lane": ""}
        values |= {"is_urgent": False}
        used = [name for name in values if name in names]
        marks = ", ".join(["%s"] * len(used))
        self._write(f"INSERT INTO outbox_due ({', '.join(used)}) VALUES ({marks})", [values[name] for name in used])  # noqa: S608  names of ours

    def seed(self) -> None:
        for slug in TARGETS:
            (self.place(slug) / "faults").mkdir(parents=True, exist_ok=True)
        directories = {slug: str(self.place(slug)) for slug in TARGETS}
        self.ask("chaos_probe.seed", "seed", directories=directories, slow=_SLOW_SECONDS)
        self.product.wait_until(
            lambda: len(self.read("SELECT 1 FROM experiments_experimentversion")) == len(TARGETS),
            seconds=60,
            what="that the experiments are there",
        )

    def story(self, run_ids: set[int]) -> list[str]:
        """The logs of these runs."""
        rows = self.read("SELECT run_id, at, kind, text FROM runs_runevent ORDER BY at, run_id, number")
        return [" ".join(map(str, row)) for row in rows if row[0] in run_ids]

    def runs(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        columns = ("id", "origin_key", "state", "verdict", "verdict_reason", "supervisor", "process_id", "fence")
        rows = self.read(f"SELECT {', '.join(columns)} FROM runs_run ORDER BY id")  # noqa: S608  names of ours
        found = [dict(zip(columns, row, strict=True)) for row in rows]
        return [row for row in found if row["origin_key"] in keys]

    def faults(self) -> list[Path]:
        return [path for slug in TARGETS for path in (self.place(slug) / "faults").iterdir()]

    def acts(self, word: str) -> list[tuple[str, float]]:
        return [(key, at) for slug in TARGETS for what, key, at in acts(self.place(slug)) if what == word]

    def unverified(self) -> set[int]:
        """Runs with a fault that was not seen to be gone."""
        return {int(row[0]) for row in self.read("SELECT run_id FROM runs_undorecord WHERE state <> 'verified'")}

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        return self.product.read(statement)

    def _write(self, statement: str, values: list[Any]) -> None:
        if self.postgresql is not None:
            with psycopg.connect(self.postgresql.url, autocommit=True) as server:
                server.execute(statement.encode(), values)
            return
        plain = [
            value.replace(tzinfo=None).isoformat(sep=" ") if isinstance(value, datetime) else value for value in values
        ]
        with closing(sqlite3.connect(self.product.database_path, timeout=20)) as database, database:
            database.execute(statement.replace("%s", "?"), plain)

    def _columns(self, table: str) -> set[str]:
        if self.postgresql is not None:
            rows = self.read(f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'")  # noqa: S608  names of ours
            return {row[0] for row in rows}
        return {row[1] for row in self.read(f"PRAGMA table_info({table})")}


def _seconds(stored: Any) -> float:
    """SQLite gives back text, without its zone: UTC."""
    instant = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored))
    return (instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)).timestamp()


@contextmanager
def running_chaos_bench(kind: str, directory: Path) -> Iterator[ChaosBench]:
    with ExitStack() as stack:
        bench = ChaosBench(directory)
        if kind == SERVERS:
            bench.postgresql = stack.enter_context(postgresql_server(is_durable=True))
            bench.redis = stack.enter_context(redis_server())
        directory.mkdir(parents=True, exist_ok=True)
        try:
            bench.start()
            bench.seed()
            yield bench
        finally:
            bench.stop()
