"""Fault 27: everything is killed at once while alerts come in and pages are due. Nothing accepted is lost."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.conftest import PROBE
from tests.faults.paging import EMBEDDED, SERVERS
from tests.faults.seed_intake import seed
from tests.servers.postgresql import PostgresqlServer, postgresql_server
from tests.servers.product import Product, running_product
from tests.servers.receivers import Scripted, recording_http
from tests.servers.redis import RedisServer, redis_server

pytestmark = pytest.mark.faults

PAGES_SECONDS_MAX = 15.0  # from the first answer of the new start
_TRIGGERED = """
    SELECT a.key, n.state FROM response_alert a LEFT JOIN response_incident i ON i.id = a.incident_id
    LEFT JOIN paging_notification n ON n.escalation_id = i.escalation_id AND n.purpose = 'page'
"""
# Each index has its order, and an entry for each row of its table.
_CHECK_INDEXES = """
    SELECT bt_index_check(index => i.indexrelid, heapallindexed => true)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
    WHERE am.amname = 'btree' AND c.relpersistence = 'p'
"""


@dataclass
class Installation:
    """A data directory with a product on it, and the servers beside it, when there are some."""

    directory: Path
    postgresql: PostgresqlServer | None = None
    redis: RedisServer | None = None

    @contextmanager
    def running(self) -> Iterator[Product]:
        environment = {**PROBE, "OUTBOUND_ALLOWED_HOSTS": "127.0.0.1"}
        if self.postgresql is not None and self.redis is not None:
            environment |= {"DATABASE_URL": self.postgresql.url, "REDIS_URL": self.redis.url, "WORKER_POOL": "prefork"}
        with running_product(self.directory, environment=environment) as product:
            yield product

    def kill_everything(self, product: Product) -> None:
        """The supervisor first, so that it starts nothing again."""
        for pid in (product.process.pid, *product.descendants()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it has ended with its parent
        if self.postgresql is not None and self.redis is not None:
            self.postgresql.die()
            self.redis.die()
        product.process.wait(timeout=10)

    def bring_servers_back(self) -> None:
        if self.postgresql is not None and self.redis is not None:
            self.postgresql.come_back()
            self.redis.come_back()

    def read(self, statement: str) -> list[tuple[Any, ...]]:
        if self.postgresql is not None:
            with psycopg.connect(self.postgresql.url, autocommit=True) as server:
                return server.execute(statement.encode()).fetchall()
        with closing(sqlite3.connect(self.directory / "reliability.sqlite3", timeout=20)) as database:
            return database.execute(statement).fetchall()

    def damages(self) -> list[str]:
        """What the database itself finds wrong with its tables and indexes."""
        if self.postgresql is None:
            return [text for (text,) in self.read("PRAGMA integrity_check") if text != "ok"]
        with psycopg.connect(self.postgresql.url, autocommit=True) as server:
            server.execute("CREATE EXTENSION amcheck")
            try:
                server.execute(_CHECK_INDEXES)
            except psycopg.Error as error:
                return [str(error)]
        return []


@dataclass
class Senders:
    """Tools that send an alert each, again and again, and remember which were accepted."""

    url: str
    routing_key: str
    accepted: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def sending(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._send, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in threads:
                thread.join(timeout=20)

    def _send(self, sender: int) -> None:
        number = 0
        while not self._ended.wait(0.1):
            number += 1
            self._trigger(f"sender{sender}-{number}")

    def _trigger(self, key: str) -> None:
        event = {
            "routing_key": self.routing_key,
            "event_action": "trigger",
            "dedup_key": key,
            "payload": {"summary": key, "source": "test", "severity": "critical"},
        }
        request = urllib.request.Request(f"{self.url}/v2/enqueue", data=json.dumps(event).encode())  # noqa: S310  our own address
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  as above
                if answer.status == 202:
                    self.accepted.append(key)
        except OSError:
            return  # nobody is there any more


@pytest.fixture(params=[EMBEDDED, SERVERS])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    with ExitStack() as stack:
        made = Installation(tmp_path / "data")
        if request.param == SERVERS:
            made.postgresql = stack.enter_context(postgresql_server(is_durable=True))
            made.redis = stack.enter_context(redis_server())
        yield made


def test_after_the_death_of_everything_the_data_are_whole_and_each_accepted_alert_pages_once(
    installation: Installation, record_property: Callable[[str, object], None]
) -> None:
    with recording_http([Scripted(503)]) as receiver:
        with installation.running() as product:
            product.wait_until_ready(seconds=120)
            senders = Senders(product.url, seed(product, told=receiver.url)["pagerduty"])
            with senders.sending():
                receiver.wait_for(5, seconds=30)  # pages wait for their next try, others are in hand
                product.wait_until(lambda: len(senders.accepted) >= 20, seconds=30, what="that alerts come in")
                installation.kill_everything(product)
        assert senders.accepted
        receiver.script[:] = [Scripted(204)]
        installation.bring_servers_back()
        tried_before = -1
        while tried_before != len(receiver.received):  # what the dead had sent is still being read
            tried_before = len(receiver.received)
            time.sleep(1)
        with installation.running() as product:
            answered_at = time.monotonic()
            product.wait_until(lambda: _is_all_sent(installation), seconds=60, what="that all pages are sent")
            taken = time.monotonic() - answered_at
            assert set(senders.accepted) <= {key for key, _ in installation.read(_TRIGGERED)}
            assert installation.damages() == []
            record_property("alerts accepted before everything was killed", len(senders.accepted))
            record_property("seconds from the first answer to the last page", round(taken, 1))
            assert taken < PAGES_SECONDS_MAX
            pages = [request.header("webhook-id") for request in receiver.received[tried_before:]]
            assert len(pages) == len(set(pages)) == len(installation.read(_TRIGGERED))


def _is_all_sent(installation: Installation) -> bool:
    return {state for _, state in installation.read(_TRIGGERED)} == {"sent"}
