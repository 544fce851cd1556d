"""Exclusions as causes: announced minutes that do not count. They spend nothing, and the ledger says so."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from reliability.kit.periods import Period
from slo.domain.causes import Cause, CauseKind
from slo.models import Exclusion, Slo
from slo.selectors.exclusions import exclusions_of


def exclusion_causes(*, slo: Slo, period: Period, burns: Sequence[Period], limit: int) -> list[Cause]:
    """One query."""
    return [
        Cause(
            kind=CauseKind.MAINTENANCE,
            key=f"exclusion-{row.pk}",
            start=row.start_at,
            end=row.end_at,
            label=row.reason,
            url=f"{reverse('slo-detail', args=[slo.name])}#exclusions",
            detail="left out" if row.effect == Exclusion.Effect.EXCLUDED else "counted as up",
            team_ids=frozenset({row.team_id}),
        )
        for row in exclusions_of(slo=slo, period=period).filter(revoked_at=None)[:limit]
    ]
