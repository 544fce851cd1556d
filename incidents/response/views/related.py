"""Past incidents that resemble this one, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from incidents.response.models import Incident
from incidents.response.selectors.similar import similar
from incidents.response.views.rows import severity_slug
from reliability.access.domain.caller import Caller


@dataclass(frozen=True, slots=True)
class SimilarView:
    incident: Incident
    severity: str
    lasted: timedelta | None
    reasons: Sequence[str]


def similar_of(incident: Incident, *, caller: Caller) -> list[SimilarView]:
    return [_view(one.incident, one.reasons) for one in similar(incident=incident, caller=caller)]


def _view(incident: Incident, reasons: Sequence[str]) -> SimilarView:
    lasted = None if incident.resolved_at is None else incident.resolved_at - incident.started_at
    return SimilarView(incident, severity_slug(incident.severity), lasted, reasons)
