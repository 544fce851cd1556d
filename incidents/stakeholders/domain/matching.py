"""Whether something matters to a stakeholder."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from incidents.stakeholders.domain.kinds import EventKind


@dataclass(frozen=True, slots=True)
class Interest:
    """Empty sets: of everything. severity_max: the mildest severity that still matters, 1 to 5."""

    kinds: Set[str]
    severity_max: int
    service_ids: Set[int] = frozenset()
    slo_ids: Set[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Happening:
    """severity: None for what has none. Whole: it names neither a service nor an objective."""

    kind: EventKind
    severity: int | None
    service_ids: Set[int] = frozenset()
    slo_ids: Set[int] = frozenset()

    @property
    def is_whole(self) -> bool:
        return not self.service_ids and not self.slo_ids


def why_not(*, interest: Interest, happening: Happening) -> str:
    """Why it does not matter to them; blank: it does.

    Services and objectives are alternatives: one that matches is enough. What names neither concerns everybody.
    """
    if interest.kinds and happening.kind not in interest.kinds:
        return f"wants nothing of the kind: {happening.kind.words}"
    if happening.severity is not None and happening.severity > interest.severity_max:
        return f"wants nothing milder than Sev{interest.severity_max}"
    if happening.is_whole or (not interest.service_ids and not interest.slo_ids):
        return ""
    if interest.service_ids & happening.service_ids or interest.slo_ids & happening.slo_ids:
        return ""
    return "cares for other services or objectives"
