"""Whose alert it is: labels that name a service of the integration's team, else the integration's own service."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from incidents.intake.models import Integration
from incidents.intake.services.combining import remembered
from reliability.catalog.models import Service

DEFAULT_LABELS = ("service",)
_NAME_LENGTH_MAX = 63


class Routing:
    """The services that many alerts of one integration name: one query, and none when no label speaks of any."""

    def __init__(self, *, integration: Integration, labels: Sequence[Mapping[str, Any]]) -> None:
        self._names = label_names(integration)
        self._own_id = integration.service_id
        wanted = frozenset(value for entry in labels for value in self._values(entry))
        team_id = integration.team_id
        self._ids = remembered(("services", team_id, wanted), lambda: _ids_of(team_id, wanted)) if wanted else {}

    def service_id(self, labels: Mapping[str, Any]) -> int | None:
        """Of the first label that names a service; else the integration's."""
        return next((self._ids[value] for value in self._values(labels) if value in self._ids), self._own_id)

    def unknown(self, labels: Mapping[str, Any]) -> str:
        """What the labels call a service, although the team has none of that name; blank when all is well."""
        values = self._values(labels)
        return "" if not values or any(value in self._ids for value in values) else values[0]

    def _values(self, labels: Mapping[str, Any]) -> list[str]:
        texts = [labels.get(name) for name in self._names]
        return [text.strip().lower() for text in texts if isinstance(text, str) and 0 < len(text) <= _NAME_LENGTH_MAX]


def _ids_of(team_id: int, names: Collection[str]) -> dict[str, int]:
    return dict(Service.objects.filter(team_id=team_id, name__in=names).values_list("name", "pk"))


def label_names(integration: Integration) -> tuple[str, ...]:
    return tuple(integration.config.get("service_labels", DEFAULT_LABELS))
