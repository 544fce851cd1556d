"""What a team has set, with the defaults where it has not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from reliability.catalog.models import Service
from reliability.suspects.domain.ranking import WINDOW_DEFAULT
from reliability.suspects.models import BlameRule


@dataclass(frozen=True, slots=True)
class TeamRule:
    """is_set: somebody has saved it."""

    window: timedelta = WINDOW_DEFAULT
    counts_inferred: bool = True
    is_set: bool = False


def team_rule(*, team_id: int) -> TeamRule:
    row = BlameRule.objects.filter(team_id=team_id, service=None).first()
    return TeamRule() if row is None else TeamRule(timedelta(minutes=row.window_minutes), row.counts_inferred, True)


def service_windows(*, team_id: int) -> list[tuple[Service, timedelta]]:
    """Services of the team with a window of their own, by title."""
    rows = BlameRule.objects.filter(service__team_id=team_id).select_related("service").order_by("service__title", "pk")
    return [(one.service, timedelta(minutes=one.window_minutes)) for one in rows if one.service is not None]
