"""When what happened, and who moved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incidents.response.domain.phases import Milestone
from incidents.response.models import Incident, MilestoneChange

CHANGES_MAX = 50


@dataclass(frozen=True, slots=True)
class MilestoneView:
    slug: str
    title: str
    at: datetime | None
    after: timedelta | None


def milestones_of(incident: Incident) -> dict[str, Any]:
    """Each milestone with its distance from the start, and the history of changes."""
    views = []
    for milestone in Milestone:
        at: datetime | None = getattr(incident, f"{milestone.value}_at")
        after = None if at is None or milestone is Milestone.STARTED else at - incident.started_at
        views.append(MilestoneView(milestone.value, milestone.value.capitalize(), at, after))
    changes = MilestoneChange.objects.filter(incident=incident).order_by("-created_at", "-pk")[:CHANGES_MAX]
    return {"milestones": views, "milestone_changes": list(changes)}
