"""Which policy guards the runs of an experiment, in words with its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from chaos.runs.services.policies import in_force
from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.models import Team
from reliability.catalog.models import Service


@dataclass(frozen=True, slots=True)
class Guarding:
    """url: blank where the caller may not see it."""

    words: str
    url: str


def guarding(*, caller: Caller, team: Team, service: Service | None) -> Guarding:
    """One query. team: of the experiment, whose policy holds where the service has none."""
    origin = in_force(team_id=team.pk, service_id=service.pk if service else None).origin
    seen = visible(caller=caller, related=service)
    if origin == "service" and seen is None:
        return Guarding("the policy of its service, which is private to another team", "")
    words = {"team": f"the policy of the team {team.name}", "defaults": "the defaults: nobody wrote a policy"}
    own = f"the policy of {seen.title}" if seen else ""
    if seen and (origin == "service" or seen.team_id == team.pk):
        return Guarding(words.get(origin, own), reverse("guard-policy-service", args=[seen.name]))
    return Guarding(words[origin], reverse("guard-policy-team", args=[team.slug]))
