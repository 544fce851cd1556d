"""What a document asks for, in values that can be compared with what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from slo.domain.openslo.fields import Field


class Kind(StrEnum):
    """Kinds of OpenSLO v1, in the order in which they are applied: each needs only those before it."""

    DATA_SOURCE = "DataSource"
    SERVICE = "Service"
    SLI = "SLI"
    ALERT_NOTIFICATION_TARGET = "AlertNotificationTarget"
    ALERT_CONDITION = "AlertCondition"
    ALERT_POLICY = "AlertPolicy"
    SLO = "SLO"


ALERT_KINDS = (Kind.ALERT_NOTIFICATION_TARGET, Kind.ALERT_CONDITION, Kind.ALERT_POLICY)
ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Desired:
    """One object as a document wants it.

    fields: name to JSON value; a field that is not in it stays as it is. team: the slug of the document's annotation,
    None when it names none. line: of its metadata.name. places: where the document says what our services call by
    these names ("title", "spec.good", "slice_minutes"); under "*" the mapping that holds all others.
    """

    kind: Kind
    name: str
    fields: Mapping[str, Any]
    team: str | None = None
    file: str = ""
    line: int = 0
    places: Mapping[str, Field] = field(default_factory=dict, compare=False, repr=False)

    def place(self, name: str) -> tuple[int, str]:
        """(line, path) in the document of what a service calls *name*; of metadata.name when it has no place.

        What lies below a known name is placed there: "window.start" at the window.
        """
        known = name
        while known and known not in self.places:
            known = known.rpartition(".")[0]
        if known:
            found = self.places[known]
            inner = found.get(name.removeprefix(known).lstrip(".")) if known != name else found
            found = inner if inner else found
        elif name and "*" in self.places:
            found = self.places["*"].get(name)
        else:
            return self.line, "metadata.name"
        return found.line, found.path


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored already and may be referred to: names, kinds of sources by name, measurements by SLI name."""

    services: frozenset[str] = frozenset()
    source_kinds: Mapping[str, str] = field(default_factory=dict)
    indicator_specs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    alert_documents: frozenset[tuple[str, str]] = frozenset()  # (kind, name)
