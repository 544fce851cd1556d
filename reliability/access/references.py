"""Objects that entries of the audit trail name besides their own, as rooms above this one tell at start-up.

An open team's objective may have belonged to a private team's service: its name stays in the trail, and whoever reads
the trail is shown it only when they may read that service.

register_reference("service", Service, fields=("service",), prefixes=("needs ",))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from reliability.access.domain.caller import Caller
from reliability.access.models import AuditEntry

PRIVATE = "a private one"


@dataclass(frozen=True, slots=True)
class Reference:
    """kind: as the trail names the objects. fields: changes whose values are names of them; prefixes: changes whose
    field ends in such a name.
    """

    kind: str
    model: type[Model]
    fields: tuple[str, ...]
    prefixes: tuple[str, ...] = ()


_REFERENCES: dict[str, Reference] = {}


def register_reference(
    kind: str, model: type[Model], *, fields: tuple[str, ...], prefixes: tuple[str, ...] = ()
) -> None:
    """*model* has a unique `name` and a team. The same kind again replaces it."""
    _REFERENCES[kind] = Reference(kind, model, fields, prefixes)


def shown_to(*, caller: Caller, entries: Sequence[AuditEntry]) -> Sequence[AuditEntry]:
    """The same *entries*, their changes without names that *caller* may not see; at most two queries a kind."""
    if caller.is_administrator:
        return entries
    for reference in _REFERENCES.values():
        named = {name for entry in entries for name in _names_in(entry.changes, reference)}
        hidden = named - _readable(caller, reference, named) if named else set()
        if hidden:
            for entry in entries:
                entry.changes = dict(_masked(entry.changes, reference, hidden))
    return entries


def _readable(caller: Caller, reference: Reference, names: set[str]) -> set[str]:
    """Names of objects of readable teams; what is deleted counts as its own entries in the trail say."""
    objects: Any = reference.model._default_manager.filter(name__in=names).order_by()
    teams = dict(objects.values_list("name", "team_id"))
    readable = {name for name, team_id in teams.items() if caller.may_read(team_id)}
    deleted = names - set(teams)
    if deleted:
        told = AuditEntry.objects.filter(object_kind=reference.kind, object_name__in=deleted, team__isnull=False)
        owners = told.order_by().values_list("object_name", "team_id").distinct()
        readable |= {name for name, team_id in owners if team_id is not None and caller.may_read(team_id)}
    return readable


def _names_in(changes: dict[str, Any], reference: Reference) -> Iterator[str]:
    for field, pair in changes.items():
        if field in reference.fields:
            yield from (value for value in _values(pair) if value != PRIVATE)
        name = _suffix(field, reference)
        if name:
            yield name


def _masked(changes: dict[str, Any], reference: Reference, hidden: set[str]) -> Iterator[tuple[str, Any]]:
    number = 0
    for field, pair in changes.items():
        name = _suffix(field, reference)
        if field in reference.fields:
            yield field, [PRIVATE if value in hidden else value for value in pair]
        elif name in hidden:
            number += 1  # several may be private, and a field stands there once
            yield f"{field.removesuffix(name)}{PRIVATE}{f' ({number})' if number > 1 else ''}", pair
        else:
            yield field, pair


def _values(pair: Iterable[Any]) -> Iterator[str]:
    return (value for value in pair if isinstance(value, str))


def _suffix(field: str, reference: Reference) -> str:
    return next((field.removeprefix(prefix) for prefix in reference.prefixes if field.startswith(prefix)), "")
