"""The difference between what is asked for and what is stored, object by object and field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reliability.kit.problems import Problem
from slo.domain.openslo.desired import Desired, Kind


class Action(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: `old` is None when the object is new."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one object."""

    kind: Kind
    name: str
    action: Action
    fields: tuple[FieldChange, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying would do. With problems nothing is applied."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def is_empty(self) -> bool:
        """Whether applying would change nothing."""
        return all(change.action is Action.UNCHANGED for change in self.changes)

    def count(self, action: Action) -> int:
        return sum(change.action is action for change in self.changes)


def compare(*, desired: Sequence[Desired], stored: Mapping[tuple[Kind, str], Mapping[str, Any]]) -> tuple[Change, ...]:
    """Compare each desired object with the stored fields of the same kind and name."""
    return tuple(_change_of(wanted, stored.get((wanted.kind, wanted.name))) for wanted in desired)


def _change_of(wanted: Desired, stored: Mapping[str, Any] | None) -> Change:
    place = (wanted.file, wanted.line)
    if stored is None:
        given = ((path, value) for path, value in _flat("", wanted.fields) if value not in (None, "", {}, []))
        fields = tuple(FieldChange(path, None, value) for path, value in given)
        return Change(wanted.kind, wanted.name, Action.CREATE, fields, *place)
    fields = tuple(_differences(wanted.fields, stored))
    action = Action.CHANGE if fields else Action.UNCHANGED
    return Change(wanted.kind, wanted.name, action, fields, *place)


def _differences(wanted: Mapping[str, Any], stored: Mapping[str, Any]) -> Iterator[FieldChange]:
    for name, new in wanted.items():
        old = stored.get(name)
        if old == new:
            continue
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            yield FieldChange(name, old, new)
            continue
        before, after = dict(_flat(name, old)), dict(_flat(name, new))
        for path in sorted(before.keys() | after.keys()):
            if before.get(path) != after.get(path):
                yield FieldChange(path, before.get(path), after.get(path))


def _flat(prefix: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Leaves of nested mappings with dotted paths."""
    for key, inner in value.items():
        path = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(inner, Mapping) and inner:
            yield from _flat(path, inner)
        else:
            yield path, inner
