"""Reading of typed fields out of nodes; every mistake is noted with its line and path, and reading goes on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from reliability.kit.documents import Node
from reliability.kit.problems import Problem

DESCRIPTION_MAX = 1050  # OpenSLO v1
_DURATION = re.compile(r"([1-9][0-9]{0,5})([mhdwMQY])\Z")


@dataclass(slots=True)
class Notes:
    """Problems and warnings found while reading one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def problem(self, line: int, path: str, message: str) -> None:
        self.problems.append(Problem(self.file, line, path, message))

    def warning(self, line: int, path: str, message: str) -> None:
        self.warnings.append(Problem(self.file, line, path, message))


@dataclass(frozen=True, slots=True)
class Field:
    """A node at its path. A missing field has no node; its line is that of the mapping it is missing in."""

    notes: Notes
    path: str
    line: int
    node: Node | None = None

    def __bool__(self) -> bool:
        return self.node is not None and self.node.value is not None

    def refuse(self, message: str) -> None:
        self.notes.problem(self.line, self.path, message)

    def warn(self, message: str) -> None:
        self.notes.warning(self.line, self.path, message)

    def get(self, name: str) -> Field:
        """The field *name* of this mapping, missing when this is none."""
        path = f"{self.path}.{name}" if self.path else name
        if self.node is not None and isinstance(self.node.value, dict) and name in self.node.value:
            node = self.node.value[name]
            return Field(self.notes, path, node.line, node)
        return Field(self.notes, path, self.line)

    def mapping(self, *, known: Collection[str], required: Collection[str] = ()) -> bool:
        """Whether this is a mapping; refuses unknown fields (with the nearest known one) and missing ones."""
        if self.node is None or not isinstance(self.node.value, dict):
            self.refuse(f"must be a mapping with {', '.join(known)}")
            return False
        for name in self.node.value:
            if name not in known:
                self.get(name).refuse(_unknown(name, known))
        for name in required:
            if not self.get(name):
                self.get(name).refuse("is required: add it")
        return True

    def items(self) -> Iterator[Field]:
        """The entries of this list; a missing one is empty."""
        if not self:
            return
        value = self.node.value if self.node else None
        if not isinstance(value, list):
            self.refuse("must be a list: begin each entry with a dash")
            return
        for index, node in enumerate(value):
            yield Field(self.notes, f"{self.path}[{index}]", node.line, node)

    def entries(self) -> Iterator[tuple[str, Field]]:
        """Keys and fields of a mapping whose keys are free; a missing one is empty."""
        if not self:
            return
        value = self.node.value if self.node else None
        if not isinstance(value, dict):
            self.refuse("must be a mapping of names to values")
            return
        for key in value:
            yield key, self.get(key)

    def text(self, *, longest: int = 10_000, default: str = "") -> str:
        value = self.node.value if self.node else None
        if value is None:
            return default
        if not isinstance(value, str):
            self.refuse(f'must be text: put it in quotes, "{self.node.plain() if self.node else ""}"')
            return default
        if len(value) > longest:
            self.refuse(f"is {len(value)} characters long, at most {longest} are allowed")
            return value[:longest]
        if "\x00" in value:
            self.refuse("contains a NUL character: remove it")
            return default
        return value

    def description(self) -> str:
        """A description; longer ones than OpenSLO allows are taken, for other tools a warning."""
        text = self.text()
        if len(text) > DESCRIPTION_MAX:
            self.warn(f"is {len(text)} characters long, OpenSLO allows {DESCRIPTION_MAX}: other tools may refuse it")
        return text

    def choice(self, options: Collection[str]) -> str | None:
        value = self.text()
        if not self:
            return None
        if value in options:
            return value
        near = _near(value, options)
        self.refuse(f"must be one of {', '.join(options)}, got {value!r}" + (f": did you mean {near}?" if near else ""))
        return None

    def boolean(self) -> bool | None:
        value = self.node.value if self.node else None
        if value is None or isinstance(value, bool):
            return value
        self.refuse("must be true or false")
        return None

    def number(self) -> Decimal | None:
        value = self.node.value if self.node else None
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.refuse(f"must be a number, got {self.node.plain() if self.node else None!r}: write it without quotes")
            return None
        return Decimal(value)

    def duration(self) -> tuple[int, str] | None:
        """OpenSLO's duration shorthand as (count, letter), such as (4, "w")."""
        if not self:
            return None
        value = self.text()
        match = _DURATION.match(value)
        if match is None:
            self.refuse(f"must be a number and one of m, h, d, w, M, Q, Y, such as 28d, got {value!r}")
            return None
        return int(match.group(1)), match.group(2)


def _near(word: str, known: Collection[str]) -> str | None:
    lowered = {name.lower(): name for name in known}
    matches = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[matches[0]] if matches else None


def _unknown(name: str, known: Collection[str]) -> str:
    near = _near(name, known)
    if near:
        return f"is not a field here: did you mean {near}?"
    return f"is not a field here, known are {', '.join(known)}: put what is yours under metadata.annotations"
