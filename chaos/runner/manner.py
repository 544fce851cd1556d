"""How a document wants to be run: the toolkit's `extensions` entry named "reliability".

"extensions": [{"name": "reliability", "hypothesis_every": 5, "stop_after_deviations": 2, "recovery_seconds": 120}]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EXTENSION = "reliability"


@dataclass(frozen=True, slots=True)
class Manner:
    """hypothesis_every: seconds between looks while the method runs; 0: only before and after.

    stop_after_deviations: so many looks in a row that are out end the method; 0: never.
    recovery_seconds: how long to look for the steady state after everything was taken back.
    """

    hypothesis_every: float = 5.0
    stop_after_deviations: int = 2
    recovery_seconds: float = 120.0


BOUNDS: Mapping[str, tuple[float, float]] = {
    "hypothesis_every": (0, 3_600),
    "stop_after_deviations": (0, 1_000),
    "recovery_seconds": (0, 86_400),
}


def manner_of(document: Mapping[str, Any]) -> Manner:
    """What the document says, within bounds; problems_of_manner tells what is not."""
    said = _said(document)
    known = {name: said[name] for name in BOUNDS if not _problem(name, said.get(name, None)) and name in said}
    return Manner(**known)


def problems_of_manner(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, message) of each value that is not understood."""
    said = _said(document)
    unknown = [
        (name, f"{name} is not known here: there are {', '.join(BOUNDS)}")
        for name in said
        if name not in BOUNDS and name != "name"
    ]
    return unknown + [(name, problem) for name in BOUNDS if name in said and (problem := _problem(name, said[name]))]


def _said(document: Mapping[str, Any]) -> Mapping[str, Any]:
    extensions = document.get("extensions")
    for extension in extensions if isinstance(extensions, list) else []:
        if isinstance(extension, Mapping) and extension.get("name") == EXTENSION:
            return extension
    return {}


def _problem(name: str, value: Any) -> str:
    least, most = BOUNDS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        return f"{name} must be a number from {least:g} to {most:g}"
    return ""
