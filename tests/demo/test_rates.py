"""The demo's service for experiments: its ports, and what its customers count."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from reliability.demo.rates import ports as places
from reliability.demo.rates.counts import Counts
from reliability.supervision.places import demo_host


def test_ports_stay_as_long_as_nobody_else_listens_there(tmp_path: Path) -> None:
    before, chosen = places.settle(tmp_path)
    assert before is None
    assert places.settle(tmp_path) == (chosen, chosen)
    with socket.socket() as other:
        other.bind((demo_host(), chosen.proxy))
        other.listen()
        former, others = places.settle(tmp_path)
    assert former == chosen
    assert others.proxy != chosen.proxy
    assert places.read(tmp_path) == others


def test_a_damaged_file_of_ports_is_none(tmp_path: Path) -> None:
    places.directory_of(tmp_path).mkdir()
    (places.directory_of(tmp_path) / "ports.json").write_text(json.dumps({"web": 1}))
    assert places.read(tmp_path) is None


def test_only_the_newest_minutes_are_kept() -> None:
    counts = Counts()
    for minute in range(100):
        counts.add(minute=minute, is_good=True)
    assert sorted(counts.minutes) == list(range(90, 100))
