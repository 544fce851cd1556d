"""Announced maintenance as a cause of spent budget, where it was not taken out of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from incidents.status_page.domain.states import ACTIVE
from incidents.status_page.selectors.maintenance_of import maintenance_of
from reliability.kit.periods import Period
from slo.domain.causes import Cause, CauseKind
from slo.models import Slo


def maintenance_causes(*, slo: Slo, period: Period, burns: Sequence[Period], limit: int) -> list[Cause]:
    """One query: from when it began, or was to begin, until it was over."""
    found = []
    for row in maintenance_of(slo=slo, period=period, limit=limit):
        start = row.began_at or row.starts_at
        found.append(
            Cause(
                kind=CauseKind.MAINTENANCE,
                key=f"maintenance-{row.pk}",
                start=start,
                end=None if row.status in ACTIVE else max(start, row.completed_at or row.ends_at),
                label=row.title,
                url=reverse("status-maintenances", args=[row.page.slug]),
                detail=f"announced on {row.page.title}",
                team_ids=frozenset({row.page.team_id}),
            )
        )
    return found
