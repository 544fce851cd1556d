"""docs/configuration.md lists exactly the environment variables that are read."""

from __future__ import annotations

import re

from tests.architecture.sources import ROOT, python_files

_READ = (
    re.compile(r"""\benv(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]+)["']"""),
    re.compile(r"""_secret\(["']([A-Z][A-Z0-9_]+)["']\)"""),
    re.compile(r"""os\.environ(?:\.get\(|\[)["']([A-Z][A-Z0-9_]+)["']"""),
    re.compile(r"""environment\.get\(["']([A-Z][A-Z0-9_]+)["']\)"""),
)
# Handed from the supervisor to its children, never set by people.
_INTERNAL = {"LISTEN_FD", "DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR", "MALLOC_ARENA_MAX", "UP_SINCE"}


def read() -> set[str]:
    files = [path for path in python_files("reliability") if path.parts[1] != "demo"]
    text = "\n".join((ROOT / path).read_text() for path in files)
    return {name for pattern in _READ for name in pattern.findall(text)} - _INTERNAL


def documented() -> set[str]:
    rows = (ROOT / "docs" / "configuration.md").read_text().splitlines()
    return {name for row in rows for name in re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", row)}


def test_every_variable_that_is_read_is_documented() -> None:
    assert read() - documented() == set()


def test_every_variable_that_is_documented_is_read() -> None:
    assert documented() - read() == set()
