"""Figures as bytes and lines: JSON, JSON Lines, CSV. Numbers are read as decimals, so that 0.1 stays 0.1."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Any

from reliability.measures.domain.rows import UnreadableRowError


class UnreadableBodyError(ValueError):
    """A body that holds no rows at all."""


def rows_of_json(text: str) -> list[Any]:
    """Raises UnreadableBodyError for what is no list."""
    try:
        rows = _loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(f"the body is not valid JSON: {error}") from error
    if not isinstance(rows, list):
        words = "the body must be a list of rows; for one row per line send Content-Type: application/x-ndjson"
        raise UnreadableBodyError(words)
    return rows


def rows_of_lines(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """(line from 1, value) of lines that are not empty; an UnreadableRowError stands in for one that is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield number, _loads(line)
        except (ValueError, RecursionError) as error:
            yield number, UnreadableRowError("malformed", f"the line is not valid JSON: {error}")


def rows_of_table(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """(line from 1, row) of CSV whose first line has the names of the fields; empty cells are not told.

    What parts the names in the first line parts all cells: a comma, a semicolon or a tab. An UnreadableRowError stands
    in for a line that is none.
    """
    rest = iter(lines)
    first = next(rest, "")
    reader = csv.DictReader(chain([first], rest), delimiter=max(",;\t", key=first.count))
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, UnreadableRowError("malformed", f"the line is not valid CSV: {error}")
            continue
        if any(value.strip() for value in cells.pop(None, ())):
            words = "the line has more cells than the first line has names"
            yield reader.line_num, UnreadableRowError("malformed", words)
            continue
        yield reader.line_num, {name.strip(): value.strip() for name, value in cells.items() if value and value.strip()}


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=_decimal, parse_constant=_refuse)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _decimal(text: str) -> Decimal:
    """json expects a ValueError for a number that is none; an exponent of twenty digits raises another."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text[:40]} is beyond what a number can be") from error
