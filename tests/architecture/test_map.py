"""ARCHITECTURE.md stays true: every room is on it, and nothing on it is gone."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import ROOT

MAP = (ROOT / "ARCHITECTURE.md").read_text()


def rooms() -> list[str]:
    """Packages directly in the top-level packages, and the top-level folders."""
    within = {path.parent.name for path in (ROOT / "reliability").glob("*/__init__.py")}
    top = {"slo", "chaos", "incidents", "tests", "benchmarks", "docs"}
    inside = [
        f"`{package}/{path.parent.name}/`"
        for package in ("chaos", "incidents")
        for path in (ROOT / package).glob("*/__init__.py")
    ]
    return sorted([f"`reliability/{name}/`" for name in within] + inside + [f"`{name}/`" for name in top])


@pytest.mark.parametrize("room", rooms())
def test_every_room_is_on_the_map(room: str) -> None:
    lines = [line for line in MAP.splitlines() if line.startswith(f"| {room} |")]
    assert len(lines) == 1, f"add one line for {room} to the table of rooms in ARCHITECTURE.md"


def test_every_folder_and_file_on_the_map_exists() -> None:
    named = re.findall(r"`((?:reliability|slo|tests|docs|chaos|incidents)/[\w/.]*)`", MAP)
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing
