"""Kinds of documents that `manage.py apply` and the API bring about. Each room registers its own at start-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying one document did. change: added, changed or unchanged; details: one line for each difference;
    warnings: what will go wrong with it although it was taken.
    """

    kind: str
    name: str
    change: str
    details: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


# Called as apply(caller=, name=, spec=, now=) in the transaction of the whole run. `name` is metadata.name (or slug),
# `spec` all else of the document. Raises ProblemError whose details carry a path within the document.
ApplyDocument = Callable[..., Applied]

# (kind, name) to the spec of every document of a run.
Specs = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class DeclaredKind:
    """order: documents of lower kinds are applied first: services, schedules, then what names them.

    afterwards: what is done when all documents of the run exist, each for every document before the next one:
    called as apply, with specs= of the whole run. So documents may name each other in any order.
    """

    name: str
    apply: ApplyDocument
    order: int = 50
    afterwards: tuple[ApplyDocument, ...] = ()


_KINDS: dict[str, DeclaredKind] = {}


def register_kind(
    name: str, apply: ApplyDocument, *, order: int = 50, afterwards: tuple[ApplyDocument, ...] = ()
) -> None:
    """Add a kind: `register_kind("Schedule", apply_schedule, order=20)`. Raises ValueError when it has another."""
    kind = DeclaredKind(name, apply, order, afterwards)
    if _KINDS.setdefault(name, kind) != kind:
        raise ValueError(f"documents of the kind {name!r} are applied already by {_KINDS[name].apply}")


def declared_kinds() -> Mapping[str, DeclaredKind]:
    return dict(_KINDS)


def change_of(*, is_new: bool, differences: Mapping[str, Any]) -> str:
    """The word of Applied.change."""
    if is_new:
        return "added"
    return "changed" if differences else "unchanged"
