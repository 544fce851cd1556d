"""The bell that wakes a watcher: whoever rings it does not know whether the watcher is still there."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from chaos.runner.protocol import Event, Job
from chaos.runs.supervision.conversing import Bell, Conversation


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


def test_what_was_said_just_before_the_stop_is_heard() -> None:
    told = Event(kind="injected", text="it is in place", data={"fault_key": "run-1-1"})
    heard: list[tuple[Event, bool]] = []
    written: list[str] = []

    def hear(event: Event, *, is_over: bool = False) -> None:
        heard.append((event, is_over))

    child: Any = SimpleNamespace(
        say=lambda line: None, hear=lambda **_: [told], is_silent=False, kill=lambda: "", ended=lambda: ""
    )
    desk: Any = SimpleNamespace(heard=hear)
    job = Job(run_id=1, part="all", is_dry=False, document={}, targets={}, secrets={}, allowed={}, fault_prefix="run-1")
    bell = Bell()
    try:
        talk = Conversation(child=child, desk=desk, bell=bell, meanwhile=lambda: written.append("…"))
        assert talk.hold(job=job, must_stop=lambda: True, seconds=5, undo_all=list) is None
        assert talk.end() == ""
    finally:
        bell.close()
    assert heard == [(told, True)], "once the process is gone: taking back comes before any writing"
    assert written == []
