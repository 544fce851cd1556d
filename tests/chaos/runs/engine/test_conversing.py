"""The bell that wakes a watcher: whoever rings it does not know whether the watcher is still there."""

from __future__ import annotations

import os
from pathlib import Path

from chaos.runs.supervision.conversing import Bell


def test_a_bell_that_is_rung_after_its_watcher_ended_writes_into_nobody_s_file(tmp_path: Path) -> None:
    bell = Bell()
    bell.close()
    path = tmp_path / "database"
    path.write_bytes(b"SQLite format 3")
    taken = [os.open(path, os.O_RDWR) for _ in range(8)]  # among them the numbers that the bell had
    try:
        bell.ring()
        bell.close()
        assert path.read_bytes() == b"SQLite format 3"
        assert all(os.fstat(number) for number in taken), "closed twice, it closes nobody else's"
    finally:
        for number in taken:
            os.close(number)
