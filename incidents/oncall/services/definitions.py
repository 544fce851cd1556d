"""From what a person or a file writes, with email addresses, to the stored definition with ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings

from incidents.oncall.domain.bounds import Bounds
from incidents.oncall.domain.mistakes import Mistake, NotationError
from incidents.oncall.domain.notation import parse_definition
from incidents.oncall.domain.rota import Definition
from incidents.oncall.selectors.people import participants
from reliability.access.domain.caller import Caller
from reliability.access.models import User
from reliability.web.errors import Invalid

_NOT_FOUND = "is nobody who may be put on call here: name an active member of the team by email address"


def refuse(mistakes: list[Mistake]) -> None:
    """Raise Invalid with one detail for each mistake, if there is any."""
    if mistakes:
        first = f"{mistakes[0].path}: {mistakes[0].message}".removeprefix(": ")
        more = f" (and {len(mistakes) - 1} more: see details)" if len(mistakes) > 1 else ""
        details = [{"field": entry.path, "message": entry.message} for entry in mistakes]
        raise Invalid(first + more, details=details)


def checked(*, caller: Caller, team_id: int, written: Mapping[str, Any], named: Collection[int] = ()) -> Definition:
    """The definition, its participants looked up among those who may be on call. Raises Invalid with paths."""
    people = People(caller=caller, team_id=team_id, named=named, wanted=_written_people(written))
    mistakes: list[Mistake] = []
    document = _with_ids(written, people, mistakes)
    try:
        definition = parse_definition(document, bounds=_bounds())
    except NotationError as error:
        paths = {entry.path for entry in mistakes}
        refuse([*mistakes, *(entry for entry in error.mistakes if entry.path not in paths)])
        raise
    refuse(mistakes)
    return definition


class People:
    """The persons that a document names, looked up once."""

    def __init__(self, *, caller: Caller, team_id: int, named: Collection[int], wanted: Collection[object]) -> None:
        emails = {entry.strip().lower() for entry in wanted if isinstance(entry, str)}
        ids = {entry for entry in wanted if isinstance(entry, int) and not isinstance(entry, bool)}
        allowed = participants(caller=caller, team_id=team_id, named=named)
        found = list(allowed.filter(email__in=emails)) + list(allowed.filter(pk__in=ids))
        self._by_email: dict[str, User] = {user.email.lower(): user for user in found}
        self._ids = {user.pk for user in found} | (ids & set(named))

    def id_of(self, written: object) -> int | None:
        """The id behind an email address or id, None when that is nobody who may be on call."""
        if isinstance(written, str):
            user = self._by_email.get(written.strip().lower())
            return user.pk if user else None
        return written if isinstance(written, int) and written in self._ids else None


def person_or_mistake(people: People, written: object, path: str, mistakes: list[Mistake]) -> int | None:
    found = people.id_of(written)
    if found is None:
        mistakes.append(Mistake(path, f"{str(written)[:80]!r} {_NOT_FOUND}"))
    return found


def _written_people(written: Mapping[str, Any]) -> list[object]:
    return [entry for _, entries in _participant_lists(written) for entry in entries]


def _participant_lists(written: Mapping[str, Any]) -> list[tuple[int, list[Any]]]:
    layers = written.get("layers")
    found = []
    for index, layer in enumerate(layers if isinstance(layers, list) else []):
        rotation = layer.get("rotation") if isinstance(layer, Mapping) else None
        participants = rotation.get("participants") if isinstance(rotation, Mapping) else None
        if isinstance(participants, list):
            found.append((index, participants[: settings.ONCALL_PARTICIPANTS_MAX + 1]))
    return found


def _with_ids(written: Mapping[str, Any], people: People, mistakes: list[Mistake]) -> dict[str, Any]:
    layers = list(written["layers"]) if isinstance(written.get("layers"), list) else written.get("layers", [])
    for index, entries in _participant_lists(written):
        path = f"layers[{index}].rotation.participants"
        ids = [
            person_or_mistake(people, entry, f"{path}[{position}]", mistakes) or 0
            for position, entry in enumerate(entries)
        ]
        layers[index] = {**layers[index], "rotation": {**layers[index]["rotation"], "participants": ids}}
    return {**written, "layers": layers}


def _bounds() -> Bounds:
    return Bounds(
        layers=settings.ONCALL_LAYERS_MAX,
        participants=settings.ONCALL_PARTICIPANTS_MAX,
        restrictions=settings.ONCALL_RESTRICTIONS_MAX,
    )
