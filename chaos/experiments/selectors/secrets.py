"""Which secrets a document needs, and which of them have a value. The values are opened in selectors.jobs only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chaos.experiments.domain.secrets import names_in
from chaos.experiments.models import Experiment


@dataclass(frozen=True, slots=True)
class SecretState:
    """One name that the document or the store has. is_needed: the document names it. is_set: a value is stored."""

    group: str
    name: str
    is_needed: bool
    is_set: bool
    updated_at: datetime | None = None
    updated_by_name: str = ""


def secrets_of(*, experiment: Experiment, document: Mapping[str, Any]) -> list[SecretState]:
    """Every secret of the experiment by group and name, never a value. One query."""
    rows = experiment.secret_values.order_by("group", "name").defer("sealed")
    stored = {(row.group, row.name): row for row in rows}
    needed = set(names_in(document))
    states = []
    for group, name in sorted(needed | set(stored)):
        row = stored.get((group, name))
        states.append(
            SecretState(
                group=group,
                name=name,
                is_needed=(group, name) in needed,
                is_set=row is not None,
                updated_at=row.updated_at if row else None,
                updated_by_name=row.updated_by_name if row else "",
            )
        )
    return states
