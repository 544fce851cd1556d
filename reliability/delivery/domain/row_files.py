"""Deployments in files: JSON Lines, and CSV with the same names as columns. Pure.

In CSV, `commits` holds `sha@instant` and `changes` the ids, with blanks between; empty cells are not told.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from reliability.delivery.domain.told import UnreadableError

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def lines_of(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """(line from 1, JSON value); an UnreadableError stands in for a line that is none. Empty lines are skipped."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield number, orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield number, UnreadableError("malformed", f"the line is not valid JSON: {error}")


def table_of(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """(line from 1, row), likewise."""
    reader = csv.DictReader(lines, restkey="")
    for cells in reader:
        try:
            yield reader.line_num, _row(cells)
        except UnreadableError as error:
            yield reader.line_num, error


def _row(cells: dict[str, Any]) -> dict[str, Any]:
    if "" in cells:
        raise UnreadableError("malformed", "the line has more cells than the first line has names")
    row: dict[str, Any] = {name.strip(): value.strip() for name, value in cells.items() if value and value.strip()}
    for name in ("rollback", "unplanned"):
        if name in row:
            row[name] = _FLAGS.get(str(row[name]).lower(), row[name])
    if "commits" in row:
        row["commits"] = [_commit(part) for part in str(row["commits"]).split()]
    if "changes" in row:
        row["changes"] = [{"id": part} for part in str(row["changes"]).split()]
    return row


def _commit(text: str) -> dict[str, str]:
    sha, sign, at = text.partition("@")
    if not sign:
        raise UnreadableError("malformed", f"commits: {text[:80]!r} is not of the form sha@2026-03-01T09:00:00Z")
    return {"sha": sha, "committed_at": at}
