"""What is wrong with a definition, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mistake:
    """path: where, such as layers[0].rotation.length; message: what to write instead."""

    path: str
    message: str


class NotationError(ValueError):
    """A definition that asks for nothing possible; `mistakes` has all that were found."""

    reason = "notation"

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(f"{mistake.path}: {mistake.message}" for mistake in self.mistakes[:5]))


@dataclass(slots=True)
class Notes:
    """Collects mistakes while a definition is read."""

    mistakes: list[Mistake] = field(default_factory=list)

    def refuse(self, path: str, message: str) -> None:
        self.mistakes.append(Mistake(path, message))
