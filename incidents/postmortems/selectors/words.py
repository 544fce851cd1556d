"""What the blameless check knows of a team: its words, and who took part."""

from __future__ import annotations

from incidents.postmortems.domain.blameless import Finding, TeamWord, check
from incidents.postmortems.models import BlameWord, Postmortem
from incidents.response.models import IncidentRole
from reliability.access.models import Membership

PEOPLE_MAX = 200


def team_words(*, team_id: int) -> list[TeamWord]:
    rows = BlameWord.objects.filter(team_id=team_id).order_by("pk")
    return [TeamWord(one.phrase, one.suggestion, one.is_allowed) for one in rows]


def people_of(*, team_id: int, postmortem: Postmortem | None = None) -> list[str]:
    """Names of the team's members and of the incident's responders."""
    names = list(Membership.objects.filter(team_id=team_id).values_list("user__name", flat=True)[:PEOPLE_MAX])
    if postmortem is not None and postmortem.incident_id is not None:
        names += IncidentRole.objects.filter(incident_id=postmortem.incident_id).values_list("user__name", flat=True)
    return list(dict.fromkeys(name for name in names if name))


def findings(*, text: str, team_id: int | None = None, postmortem: Postmortem | None = None) -> list[Finding]:
    """As the team of *team_id* checks it; None: without team words, and persons by their given names only."""
    if team_id is None:
        return check(text=text)
    return check(text=text, people=people_of(team_id=team_id, postmortem=postmortem), words=team_words(team_id=team_id))
