"""Time is an argument: only edges read the clock."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, python_files

# (object, attribute) whose call reads the wall clock.
CLOCKS = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}
_MAYBE_CLOCK = re.compile(rf"\.\s*(?:{'|'.join(sorted({name for _, name in CLOCKS}))})\b")
EDGES = {"views", "api", "tasks", "handlers", "middleware", "management", "forms", "templatetags"}
# Whole rooms that stand at the edge: processes and their entry points.
EDGE_ROOMS = {
    ("reliability", "supervision"),
    ("reliability", "bootstrap"),
    ("reliability", "demo", "rates"),  # a process beside Django
    ("chaos", "injectors"),  # they keep deadlines of their own
    ("chaos", "runner"),
    ("chaos", "runs", "supervision"),
    ("tests",),
    ("benchmarks",),
}
# Single files, each with the reason why it may.
EXCEPTIONS = {
    "reliability/access/authentication.py": "authenticates a request for the API: an edge",
    "reliability/access/backends.py": "authenticates a request: an edge",
    "reliability/access/signals.py": "hears of log-ins from Django: an edge",
    "reliability/access/lockout.py": "called by axes in the middle of a log-in: an edge",
    "reliability/web/shell.py": "context of every page: an edge",
    "reliability/api.py": "the API itself",
    "reliability/asgi.py": "an entry point: it hands the clock to the layers in front of Django",
    "reliability/server.py": "a process's entry point",
    "reliability/worker.py": "a process's entry point",
    "reliability/beat.py": "a process's entry point",
}


def is_edge(path: Path) -> bool:
    names = {part.removesuffix(".py") for part in path.parts}
    return bool(names & EDGES) or any(path.parts[: len(room)] == room for room in EDGE_ROOMS)


def readings(path: Path) -> list[str]:
    """Line and text of each place that names a clock: called there, or handed on to be called."""
    text = (ROOT / path).read_text()
    found: list[str] = []
    if not _MAYBE_CLOCK.search(text):
        return found  # reading hundreds of trees takes seconds
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Attribute):
            continue
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if (owner, node.attr) in CLOCKS:
            found.append(f"{path}:{node.lineno} {owner}.{node.attr}")
    return found


def test_only_edges_read_the_clock() -> None:
    inner = [path for path in python_files() if not is_edge(path) and str(path) not in EXCEPTIONS]
    assert [reading for path in inner for reading in readings(path)] == []


@pytest.mark.parametrize(
    "text", ["timezone.now()", "datetime.datetime.now(UTC)", "time.time()", "f(clock=timezone.now)"]
)
def test_the_search_finds_a_reading(text: str, tmp_path: Path) -> None:
    source = tmp_path / "service.py"
    source.write_text(f"x = {text}\n")
    assert len(readings(source)) == 1
