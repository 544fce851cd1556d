"""What a document asks for, in values that can be compared with what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


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
    None when it names none.
    """

    kind: Kind
    name: str
    fields: Mapping[str, Any]
    team: str | None = None
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored already and may be referred to: names, kinds of sources by name, measurements by SLI name."""

    services: frozenset[str] = frozenset()
    source_kinds: Mapping[str, str] = field(default_factory=dict)
    indicator_specs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    alert_documents: frozenset[tuple[str, str]] = frozenset()  # (kind, name)
