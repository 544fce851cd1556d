"""What rooms above add to an incident's page at start-up: panels beside its timeline, and entries of its menu.

    register_panel(Panel(slug="postmortem", title="Postmortem", template="…/_panel.html", context=postmortem_of))
    register_menu(postmortem_items)

The template is rendered with the context, `incident` and the request; both read only what `request.caller` may.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from incidents.response.models import Incident
from reliability.access.requests import AccessRequest


class PanelContext(Protocol):
    def __call__(self, *, request: AccessRequest, incident: Incident, now: datetime) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Panel:
    slug: str
    title: str
    template: str
    context: PanelContext
    order: int = 50


@dataclass(frozen=True, slots=True)
class RenderedPanel:
    slug: str
    title: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class MenuItem:
    """icon: a name of reliability/web/icons."""

    title: str
    url: str
    icon: str


MenuItems = Callable[[AccessRequest, Incident], Sequence[MenuItem]]

_PANELS: dict[str, Panel] = {}
_MENU: dict[str, MenuItems] = {}


def register_panel(panel: Panel) -> None:
    """Add a panel. Raises ValueError when another panel has its slug."""
    if _PANELS.setdefault(panel.slug, panel) != panel:
        raise ValueError(f"there is a panel {panel.slug!r} already: choose another slug")


def register_menu(name: str, items: MenuItems) -> None:
    """Add entries to the menu of those who may respond. Raises ValueError when others have the name."""
    if _MENU.setdefault(name, items) is not items:
        raise ValueError(f"there are menu entries {name!r} already: choose another name")


def rendered_panels(*, request: AccessRequest, incident: Incident, now: datetime) -> list[RenderedPanel]:
    """Every panel that has something to say, in order."""
    in_order = sorted(_PANELS.values(), key=lambda panel: (panel.order, panel.slug))
    rendered = [
        RenderedPanel(
            panel.slug,
            panel.title,
            render_to_string(
                panel.template,
                {**panel.context(request=request, incident=incident, now=now), "incident": incident},
                request=request,
            ),
        )
        for panel in in_order
    ]
    return [one for one in rendered if one.html.strip()]


def more_menu_items(*, request: AccessRequest, incident: Incident) -> list[MenuItem]:
    """Of all rooms, in the order of their names."""
    return [item for name in sorted(_MENU) for item in _MENU[name](request, incident)]
