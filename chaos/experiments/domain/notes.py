"""Collects what is wrong with a document while it is read."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chaos.experiments.domain.places import Path

# Comparing takes a tenth of a millisecond: a document of nothing but unknown names would take seconds.
_COMPARED_MAX = 1_000
_MISSPELT_LENGTH_MAX = 60


@dataclass(slots=True)
class Notes:
    """(path, message) in the order of finding."""

    found: list[tuple[Path, str]] = field(default_factory=list)
    compared: int = 0

    def add(self, path: Path, message: str) -> None:
        self.found.append((path, message))

    def mapping(self, path: Path, value: object, words: str) -> Mapping[str, Any] | None:
        """The value when it is one, else a note."""
        if isinstance(value, Mapping):
            return value
        self.add(path, f"{words} must be a mapping of names to values")
        return None

    def listed(self, path: Path, value: object, words: str) -> list[Any] | None:
        if isinstance(value, list):
            return value
        self.add(path, f"{words} must be a list")
        return None

    def text(self, path: Path, holder: Mapping[str, Any], name: str, words: str) -> str | None:
        """A required text of *holder*, not blank."""
        value = holder.get(name)
        if value is None:
            self.add(path, f"{words} needs {name}")
        elif not isinstance(value, str) or not value.strip():
            self.add((*path, name), f"{name} must be a text that is not blank")
        else:
            return value
        return None

    def misspelt(self, path: Path, holder: Mapping[str, Any], known: Iterable[str]) -> None:
        """The toolkit passes over what it does not know: a misspelt `rollbacks` would roll nothing back."""
        names = list(known)
        for name in holder:
            if name in names or len(str(name)) > _MISSPELT_LENGTH_MAX or self.compared >= _COMPARED_MAX:
                continue
            self.compared += 1
            close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.75)
            if close:
                self.add((*path, name), f"{name} is not known and would be passed over: did you mean {close[0]}?")


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_placeholder(value: object) -> bool:
    """Whether the whole value is a ${name}."""
    return isinstance(value, str) and value.startswith("${") and value.endswith("}")
