"""What the pages of this room share: the tabs of the place Incidents, and the sections below Stakeholders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from incidents.response.tabs import tabs_for
from reliability.access.domain.caller import Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.web.errors import Forbidden

_SECTIONS = (
    ("People", "stakeholder-list"),
    ("Groups", "stakeholder-groups"),
    ("Messages", "stakeholder-messages"),
    ("Words", "stakeholder-wordings"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """As web/_tabs.html has it."""

    title: str
    url: str
    is_here: bool
    count: None = None


def frame(request: AccessRequest, section: str) -> dict[str, Any]:
    """section: of _SECTIONS, by its title."""
    return {
        "place_tabs": tabs_for(request),
        "sections": [Section(title, reverse(name), title == section) for title, name in _SECTIONS],
    }


def teams_of(request: AccessRequest, role: Role) -> QuerySet[Team]:
    return writable_teams(caller=request.caller, role=role).order_by("name", "pk")


def team_asked(request: AccessRequest, role: Role) -> Team:
    """The team `?team=` names, else the caller's first. Raises Forbidden when there is none to write for."""
    teams = teams_of(request, role)
    named = teams.filter(slug=request.GET.get("team", "").replace("\0", "")[:63]).first()
    found = named or teams.first()
    if found is None:
        raise Forbidden(f"this needs the role {role.name.lower()} in a team: ask for it", reason="role_too_low")
    return found


def asked_text(request: AccessRequest, name: str, length_max: int = 100) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:length_max]
