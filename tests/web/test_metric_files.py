"""Files of counters: those of processes that are gone become one, and nothing that was counted is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from reliability.web.metric_files import fold
from tests.servers.product import ROOT

LATER = timedelta(minutes=5)
_COUNT = """
import sys
from reliability.web.metrics import DUE_RUNS, DUE_SECONDS
DUE_RUNS.labels(kind="test", outcome="done").inc(int(sys.argv[1]))
DUE_SECONDS.labels(kind="test").observe(0.2)
DUE_SECONDS.labels(kind="test").observe(7)
print("counted", flush=True)
sys.stdin.read()
"""


@contextmanager
def process_that_counts(directory: Path, amount: int) -> Iterator[None]:
    """A process that has counted and lives on; afterwards it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COUNT, str(amount)],
        cwd=ROOT,
        env={"PATH": os.defpath, "PROMETHEUS_MULTIPROC_DIR": str(directory)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"counted\n"
        try:
            yield
        finally:
            process.kill()


def samples(directory: Path) -> dict[str, float]:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(directory))  # type: ignore[no-untyped-call]  # prometheus_client
    lines = generate_latest(registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[:1] != "#")}


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), tz=UTC)


RUNS = 'reliability_due_runs_total{kind="test",outcome="done"}'


def test_counts_of_processes_that_are_gone_stay_in_one_file(tmp_path: Path) -> None:
    for amount in (1, 20, 300):
        with process_that_counts(tmp_path, amount):
            pass
    before = samples(tmp_path)
    assert before[RUNS] == 321
    assert before['reliability_due_seconds_bucket{kind="test",le="+Inf"}'] == 6
    assert fold(directory=tmp_path, now=now() + LATER) == 3
    assert samples(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counter_past.db", "fold.lock", "histogram_past.db"]
    with process_that_counts(tmp_path, 4000):
        pass
    assert fold(directory=tmp_path, now=now() + LATER) == 1
    assert samples(tmp_path)[RUNS] == 4321
    assert len(list(tmp_path.glob("*.db"))) == 2


def test_files_of_a_process_that_lives_are_left_to_it_however_old_they_are(tmp_path: Path) -> None:
    with process_that_counts(tmp_path, 5), process_that_counts(tmp_path, 10):
        files = set(tmp_path.iterdir())
        assert fold(directory=tmp_path, now=now() + timedelta(days=30)) == 0
        assert set(tmp_path.iterdir()) - files == {tmp_path / "fold.lock"}
        assert samples(tmp_path)[RUNS] == 15


def test_files_of_the_last_minute_are_left_alone(tmp_path: Path) -> None:
    with process_that_counts(tmp_path, 5):
        pass
    assert fold(directory=tmp_path, now=now()) == 0
    assert samples(tmp_path)[RUNS] == 5


@pytest.mark.parametrize(
    "content",
    [pytest.param(b"", id="empty"), pytest.param(b"\xff\x0f\x00\x00" + b"\xfe" * 60, id="torn")],
)
def test_a_file_that_cannot_be_read_is_removed_and_the_others_added_up(tmp_path: Path, content: bytes) -> None:
    with process_that_counts(tmp_path, 5):
        pass
    (tmp_path / "counter_host-1.db").write_bytes(content)
    assert fold(directory=tmp_path, now=now() + LATER) == 2
    assert samples(tmp_path)[RUNS] == 5
