"""Other incidents that resemble this one, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from incidents.response.domain.phases import OPEN
from incidents.response.models import Incident
from incidents.response.selectors.similar import similar
from incidents.response.views.rows import severity_slug, status_slug
from reliability.access.domain.caller import Caller


@dataclass(frozen=True, slots=True)
class SimilarView:
    """is_open: it goes on, too, and may be the same."""

    incident: Incident
    severity: str
    status: str
    is_open: bool
    lasted: timedelta | None
    reasons: Sequence[str]


def similar_of(incident: Incident, *, caller: Caller) -> list[SimilarView]:
    return [_view(one.incident, one.reasons) for one in similar(incident=incident, caller=caller)]


def _view(incident: Incident, reasons: Sequence[str]) -> SimilarView:
    lasted = None if incident.resolved_at is None else incident.resolved_at - incident.started_at
    return SimilarView(
        incident=incident,
        severity=severity_slug(incident.severity),
        status=status_slug(incident),
        is_open=incident.status in OPEN,
        lasted=lasted,
        reasons=reasons,
    )
