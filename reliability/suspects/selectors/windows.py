"""How far before a trouble changes are suspected, and whether what is inferred counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from reliability.suspects.domain.ranking import WINDOW_DEFAULT
from reliability.suspects.models import BlameRule


@dataclass(frozen=True, slots=True)
class Rules:
    """What was set; everything else is as by default."""

    of_team: Mapping[int, BlameRule]
    of_service: Mapping[int, BlameRule]

    def window(self, *, team_id: int, service_ids: Collection[int]) -> timedelta:
        """The longest that is set for one of the services, else that of the team, else the default."""
        own = [self.of_service[one].window_minutes for one in service_ids if one in self.of_service]
        if own:
            return timedelta(minutes=max(own))
        rule = self.of_team.get(team_id)
        return WINDOW_DEFAULT if rule is None else timedelta(minutes=rule.window_minutes)


def rules_for(*, team_id: int, service_ids: Collection[int]) -> Rules:
    """What is set for a team and for services, whoever owns them. One query."""
    rows = list(BlameRule.objects.filter(Q(team_id=team_id, service=None) | Q(service_id__in=service_ids)))
    return Rules(
        of_team={one.team_id: one for one in rows if one.service_id is None},
        of_service={one.service_id: one for one in rows if one.service_id is not None},
    )


def longest_window() -> timedelta:
    """Of all that are set, and the default."""
    longest = BlameRule.objects.order_by("-window_minutes").values_list("window_minutes", flat=True).first() or 0
    return max(WINDOW_DEFAULT, timedelta(minutes=longest))


def teams_without_inferred() -> set[int]:
    """Teams whose deployments count as failed only when somebody says so."""
    return set(BlameRule.objects.filter(service=None, counts_inferred=False).values_list("team_id", flat=True))
