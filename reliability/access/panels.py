"""Panels on a team's page: rooms above add theirs at start-up, as on the page of a service.

The template is rendered with the context, `team` and the request. A panel whose context is None is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from reliability.access.models import Team
from reliability.access.requests import AccessRequest


class TeamPanelContext(Protocol):
    def __call__(self, *, request: AccessRequest, team: Team, now: datetime) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class TeamPanel:
    slug: str
    title: str
    template: str
    context: TeamPanelContext
    order: int = 50


@dataclass(frozen=True, slots=True)
class RenderedPanel:
    slug: str
    title: str
    html: SafeString


_PANELS: dict[str, TeamPanel] = {}


def register_team_panel(panel: TeamPanel) -> None:
    """Add a panel. Raises ValueError when another panel has its slug."""
    if _PANELS.setdefault(panel.slug, panel) != panel:
        raise ValueError(f"there is a panel {panel.slug!r} already: choose another slug")


def rendered_panels(*, request: AccessRequest, team: Team, now: datetime) -> list[RenderedPanel]:
    """Those that have something to show, in order."""
    rendered = []
    for panel in sorted(_PANELS.values(), key=lambda panel: (panel.order, panel.slug)):
        found = panel.context(request=request, team=team, now=now)
        if found is not None:
            html = render_to_string(panel.template, {**found, "team": team}, request=request)
            rendered.append(RenderedPanel(panel.slug, panel.title, html))
    return rendered
