"""What every page about a status page needs: the page itself, who may do what, tabs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from incidents.status_page.models import StatusPage
from incidents.status_page.selectors.pages import page as get_page
from incidents.status_page.selectors.pages import public_root
from incidents.status_page.tabs import page_tabs
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.access.requests import AccessRequest
from reliability.access.selectors.teams import writable_teams
from reliability.access.services.authorize import require
from reliability.web.errors import Forbidden


def seen(request: AccessRequest, slug: str, *, role: Role = Role.VIEWER) -> StatusPage:
    """404 for what is not the caller's to see, 403 for too low a role."""
    found = get_page(caller=request.caller, slug=slug)
    if role > Role.VIEWER:
        require(caller=request.caller, team_id=found.team_id, role=role)
    return found


def frame(request: AccessRequest, page: StatusPage) -> dict[str, Any]:
    return {
        "page_": page,
        "tabs": page_tabs(request, slug=page.slug),
        "public_url": public_root(page),
        "may_write": request.caller.may(page.team_id, Role.RESPONDER),
        "may_edit": request.caller.may(page.team_id, Role.EDITOR),
    }


def teams_of_editor(*, caller: Caller) -> QuerySet[Team]:
    return writable_teams(caller=caller, role=Role.EDITOR).order_by("name", "pk")


def require_editor_somewhere(request: AccessRequest) -> None:
    """Before the form of something new. Raises Forbidden."""
    if not teams_of_editor(caller=request.caller).exists():
        raise Forbidden("this needs the role editor in a team: ask an administrator for it", reason="role_too_low")
