"""The names of what a definition refers to, in place of ids: for the audit trail and for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reliability.access.domain.caller import Caller
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.telemetry.models import Source
from slo.models import Sli

PRIVATE = "a private one"
_REFERENCES: dict[str, tuple[str, type[Team | Service | Sli | Source], str]] = {
    "team_id": ("team", Team, "slug"),
    "service_id": ("service", Service, "name"),
    "sli_id": ("sli", Sli, "name"),
    "source_id": ("source", Source, "name"),
}


def with_names(*, changes: Mapping[str, Sequence[Any]], caller: Caller | None = None) -> dict[str, list[Any]]:
    """{"sli_id": [3, 2]} as {"sli": ["checkout-success", "checkout-fast"]}; other fields as they are.

    One query for each kind of reference that changed. caller: what this one may not read is "a private one".
    """
    return dict(_named(field, values, caller) for field, values in changes.items())


def _named(field: str, values: Sequence[Any], caller: Caller | None) -> tuple[str, list[Any]]:
    if field not in _REFERENCES:
        return field, list(values)
    name, model, column = _REFERENCES[field]
    ids = [value for value in values if value]
    rows: Any = model._default_manager.filter(pk__in=ids).order_by()
    if caller is not None and model is not Team:
        rows = rows.readable_by(caller)
    found = dict(rows.values_list("pk", column)) if ids else {}
    return name, [found.get(value, PRIVATE) if value else None for value in values]
