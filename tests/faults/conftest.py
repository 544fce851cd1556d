"""One running product for the whole file of faults, and due work that leaves a trace."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.servers.product import Product, running_product
from tests.sharing import Sharing, file_of

# As they stand in the ids of tests; the longer names first.
BENCHES = ("embedded first", "embedded second", "embedded", "PostgreSQL and Redis")
PROBE = {"DJANGO_SETTINGS_MODULE": "tests.faults.probe.settings"}


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """Tests of a file, or of a bench of a file, stay in one process: they share a running product."""
    return Sharing(config, log, share=lambda nodeid: f"{file_of(nodeid)} {_bench_of(nodeid)}")


def _bench_of(nodeid: str) -> str:
    return next((bench for bench in BENCHES if bench in nodeid.partition("[")[2]), "")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured: each `record_property` of a test that passed, one a line."""
    reports = [report for report in terminalreporter.getreports("passed") if report.user_properties]
    if reports:
        terminalreporter.section("measured")
    for report in reports:
        for what, figure in report.user_properties:
            terminalreporter.write_line(f"{figure!s:>8}  {what}  ({report.location[0].rpartition('/')[2]})")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("product"), environment=PROBE) as product:
        product.wait_until_ready()
        yield product


@dataclass(frozen=True)
class Work:
    """Due rows of the probe, written past Django: the product is another process."""

    product: Product
    trace: Path

    def ask(self, key: str, *, kind: str = "probe.slow", **payload: Any) -> None:
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
        content = json.dumps({"trace": str(self.trace), **payload})
        with closing(sqlite3.connect(self.product.database_path, timeout=20)) as database, database:
            database.execute(
                "INSERT INTO outbox_due (kind, key, payload, due_at, lease_owner, attempts, last_error, created_at)"
                " VALUES (?, ?, ?, ?, '', 0, '', ?)",
                (kind, key, content, now, now),
            )

    def rows(self) -> int:
        with closing(sqlite3.connect(self.product.database_path, timeout=20)) as database:
            count: int = database.execute("SELECT count(*) FROM outbox_due WHERE kind LIKE 'probe.%'").fetchone()[0]
            return count

    def traced(self, word: str) -> list[str]:
        """Keys of the lines that begin with *word*, in the order they were written."""
        lines = self.trace.read_text().splitlines() if self.trace.exists() else []
        return [line.split()[1] for line in lines if line.startswith(f"{word} ")]

    def wait_until_done(self, *, seconds: float) -> float:
        return self.product.wait_until(lambda: self.rows() == 0, seconds=seconds, what="the end of all work")


@pytest.fixture
def work(product: Product, tmp_path: Path) -> Work:
    return Work(product=product, trace=tmp_path / "trace")
