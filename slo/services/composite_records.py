"""What the audit trail tells of composites: their drafts, a field for each part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reliability.access.domain.caller import Caller
from reliability.access.services import audit
from slo.domain.composite_drafts import PartDraft
from slo.domain.composites import Missing
from slo.models import Composite, Slo
from slo.selectors.names import with_names

KIND = "composite"


@dataclass(frozen=True, slots=True)
class CompositeDraft:
    """A composite as a person or program writes it. window: the notation of slo.domain.windows."""

    name: str
    title: str
    team_id: int
    kind: str
    objective: Decimal | str | float
    window: dict[str, Any]
    parts: tuple[PartDraft, ...]
    slice_minutes: int | None = 5
    missing: str = Missing.NO_DATA.value
    service_id: int | None = None
    description: str = ""
    has_page: bool = True
    has_ticket: bool = True


def audited(draft: CompositeDraft) -> dict[str, Any]:
    """The draft as JSON can hold it, a field for each part: the trail hides names of what its reader may not see."""
    fields = {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in asdict(draft).items()
        if name != "parts"
    }
    slos = dict(Slo.objects.filter(pk__in=[part.slo_id for part in draft.parts]).values_list("pk", "name"))
    nested = dict(Composite.objects.filter(pk__in=[part.nested_id for part in draft.parts]).values_list("pk", "name"))
    for part in draft.parts:
        if part.slo_id is not None:
            fields[f"part {slos.get(part.slo_id, '')}"] = _said(part)
        else:
            fields[f"nested {nested.get(part.nested_id or 0, '')}"] = _said(part)
    return fields


def _said(part: PartDraft) -> str:
    words = [f"weight {part.weight}"]
    if part.slice_target is not None:
        words.append(f"slices good from {part.slice_target}")
    if part.group:
        words.append(f"redundant in {part.group}")
    return ", ".join(words)


def record(
    caller: Caller,
    action: str,
    composite: Composite,
    now: datetime,
    reason: str,
    *,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> None:
    audit.record(
        caller=caller,
        action=action,
        object_kind=KIND,
        object_name=composite.name,
        team_id=composite.team_id,
        now=now,
        changes=with_names(changes=audit.changes_between(old=old, new=new)),
        reason=reason,
    )
