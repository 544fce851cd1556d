"""The text of an experiment into its document, with the line of everything in it. Bounded in every direction."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from chaos.experiments.domain.kinds import Format
from chaos.experiments.domain.places import DocumentProblemsError, Path, Problem
from reliability.kit.documents import Node, read_documents
from reliability.kit.problems import DocumentError

TEXT_BYTES_MAX = 256 * 1024
# Of the document once its aliases are followed: it travels to the process of a run in one line of at most 1 MiB.
VALUE_BYTES_MAX = 512 * 1024
_NO_NUMBER = re.compile(r"[-+]?\.?(?:nan|inf|infinity)\Z", re.IGNORECASE)

_NO_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """document: plain JSON values. lines: path → line, from 1; () is the whole."""

    document: Mapping[str, Any]
    lines: Mapping[Path, int]
    format: Format


def parse(*, text: str, format: Format | str = "", bytes_max: int = TEXT_BYTES_MAX) -> Parsed:  # noqa: A002  the word of the column
    """Read one document; an empty *format* is told from the text.

    Raises DocumentProblemsError with lines for text that is no YAML or JSON, too large, too deep, holds a key twice, a
    value that is no number (NaN), or something else than one mapping.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > bytes_max:
        raise _refusal(0, f"the text has {size:,} bytes: at most {bytes_max:,} are read")
    kind = _format(text, format)
    node = _node(text)
    lines = dict(_lines(node))
    _refuse_what_grew(node)
    document = _strict_json(text) if kind is Format.JSON else node.plain()
    _refuse_what_is_not_kept(document, lines)
    return Parsed(document=document, lines=lines, format=kind)


def _format(text: str, format: Format | str) -> Format:  # noqa: A002  the word of the column
    if format:
        try:
            return Format(format)
        except ValueError:
            raise _refusal(0, f"{str(format)[:40]!r} is no format: write yaml or json") from None
    return Format.JSON if text.lstrip("\ufeff \t\r\n").startswith("{") else Format.YAML


def _node(text: str) -> Node:
    try:
        text.encode()
        found = read_documents(text.removeprefix("\ufeff"), file="")
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise _refusal(line, "this holds half of a sign (a lone surrogate): write the text as UTF-8") from error
    except DocumentError as error:
        told = [_with_hint(text, problem.line, problem.message) for problem in error.problems]
        raise DocumentProblemsError(told) from error
    if not found:
        raise _refusal(1, "the text holds no experiment: write at least title, description and method")
    if len(found) > 1:
        raise _refusal(found[1].line, "a second document begins here: import each experiment by itself")
    if not isinstance(found[0].value, dict):
        raise _refusal(found[0].line, "an experiment is a mapping with title, description, method …")
    return found[0]


def _with_hint(text: str, line: int, message: str) -> Problem:
    rows = text.splitlines()
    row = rows[line - 1] if 0 < line <= len(rows) else ""
    if row[: len(row) - len(row.lstrip())].count("\t"):
        message = "YAML is not indented with tabs: write spaces"
    return Problem(line, "", message)


def _strict_json(text: str) -> Any:
    """What is called JSON must be: it is exported as it stands."""
    try:
        return orjson.loads(text.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        raise _refusal(error.lineno, f"this is not valid JSON: {error.msg}") from error


def _lines(node: Node) -> Iterator[tuple[Path, int]]:
    """Every path once. Aliases repeat nodes; how many is bounded where they are read."""
    waiting: list[tuple[Path, Node]] = [((), node)]
    while waiting:
        path, one = waiting.pop()
        yield path, one.line
        waiting.extend(((*path, key), child) for key, child in _children(one))


def _children(node: Node) -> list[tuple[str | int, Node]]:
    if isinstance(node.value, dict):
        return list(node.value.items())
    return list(enumerate(node.value)) if isinstance(node.value, list) else []


def _refuse_what_grew(node: Node) -> None:
    """A long text that is named a thousand times is a thousand long texts in the database."""
    size, waiting = 0, [node]
    while waiting:
        one = waiting.pop()
        size += 2
        if isinstance(one.value, dict):
            size += sum(len(key) for key in one.value)
        elif isinstance(one.value, str):
            size += len(one.value)
        if size > VALUE_BYTES_MAX:
            raise _refusal(one.line, f"more than {VALUE_BYTES_MAX:,} signs once its aliases are followed")
        waiting.extend(child for _, child in _children(one))


def _refuse_what_is_not_kept(document: object, lines: Mapping[Path, int]) -> None:
    waiting: list[tuple[Path, object]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str) and _NO_NUMBER.match(value):
            raise _refusal(lines.get(path, 0), f"{value} cannot be compared with anything: write a number")
        if isinstance(value, float) and not math.isfinite(value):
            raise _refusal(lines.get(path, 0), "this number is too large to be kept: write a smaller one")
        if any(_NO_TEXT.search(text) for text in _texts(value)):
            raise _refusal(
                lines.get(path, 0), "this holds a NUL or half of a sign, which no database keeps: leave it out"
            )
        if isinstance(value, dict):
            waiting.extend(((*path, key), child) for key, child in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, position), child) for position, child in enumerate(value))


def _texts(value: object) -> list[str]:
    """The text itself, or the keys of a mapping."""
    if isinstance(value, dict):
        return list(value)
    return [value] if isinstance(value, str) else []


def _refusal(line: int, message: str) -> DocumentProblemsError:
    return DocumentProblemsError([Problem(line, "", message)])
