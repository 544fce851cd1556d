"""House rules about the shape of files."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import ROOT, python_files

LINES_MAX = 300
TEST_LINES_MAX = 450  # tables of cases of one noun belong together
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "misc"}
_IGNORE = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?|pragma: no cover)\s*(.*)$")
_MAYBE_INNER = re.compile(r"^[ \t]+(?:from|import)\b|[:;][ \t]*(?:from|import)\b", re.MULTILINE)


def test_no_file_is_longer_than_the_bound_without_a_reason() -> None:
    """A longer file says why in its first lines: `# Long because …`."""
    long = []
    for path in python_files():
        lines = (ROOT / path).read_text().splitlines()
        bound = TEST_LINES_MAX if path.parts[0] == "tests" else LINES_MAX
        if len(lines) > bound and not any(line.startswith("# Long because ") for line in lines[:15]):
            long.append(f"{path}: {len(lines)} lines")
    assert long == []


def test_no_file_is_named_for_nothing() -> None:
    assert [path for path in python_files() if path.stem in BANNED_NAMES] == []


def test_every_ignore_carries_its_reason() -> None:
    bare = []
    for path in python_files():
        for number, line in enumerate((ROOT / path).read_text().splitlines(), start=1):
            found = _IGNORE.search(line)
            if found and not found.group(1).strip(" #"):
                bare.append(f"{path}:{number}")
    assert bare == []


def test_imports_stand_at_the_top() -> None:
    """No import inside a function to dodge a circle; ruff's PLC0415 says the same, with its own exceptions."""
    inner = []
    for path in python_files("reliability", "slo", "chaos", "incidents"):
        text = (ROOT / path).read_text()
        if not _MAYBE_INNER.search(text):
            continue  # reading hundreds of trees takes seconds
        tree = ast.parse(text)
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        spans = [(function.lineno, function.end_lineno or function.lineno) for function in functions]
        inner += [
            f"{path}:{one.lineno}" for one in imports if any(first <= one.lineno <= last for first, last in spans)
        ]
    # The entry point: before the virtualenv exists there is only the standard library. AppConfig.ready: Django's
    # documented place for imports that need the models.
    assert [place for place in inner if not re.match(r"reliability/__main__\.py|.*/apps\.py", place)] == []
