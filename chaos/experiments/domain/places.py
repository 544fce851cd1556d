"""Where in a document something stands, and what is wrong there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to change. line counts from 1, 0 is unknown; path as people write it: method[0].provider.module."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (f"line {self.line}" if self.line else "", self.path, self.message) if part)

    def as_detail(self, *, file: str = "") -> dict[str, object]:
        return {"file": file, "line": self.line, "path": self.path, "message": self.message}


class DocumentProblemsError(ValueError):
    """A text that is no document; `problems` has all that were found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems[:5]))


def written(path: Path) -> str:
    """method[0].provider.module"""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
        else:
            words += f".{part}" if words else part
    return words


def line_of(path: Path, lines: Mapping[Path, int]) -> int:
    """The line of *path*, or of the nearest thing around it that has one: what is missing stands nowhere."""
    for end in range(len(path), -1, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return 0
