"""Panels on an objective's page: rooms above add theirs at start-up, as on the page of a service.

    register_panel(Panel(slug="incidents", title="Incidents", template="…/_panel.html", context=incidents_of))

The template is rendered with the context, `slo` and the request; `context(request=…, slo=…, now=…)` reads only what
`request.caller` may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from reliability.access.requests import AccessRequest
from slo.models import Slo


class PanelContext(Protocol):
    def __call__(self, *, request: AccessRequest, slo: Slo, now: datetime) -> Mapping[str, Any]: ...


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


_PANELS: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Add a panel. Raises ValueError when another panel has its slug."""
    if _PANELS.setdefault(panel.slug, panel) != panel:
        raise ValueError(f"there is a panel {panel.slug!r} already: choose another slug")


def rendered_panels(*, request: AccessRequest, slo: Slo, now: datetime) -> list[RenderedPanel]:
    """Every panel, in order."""
    in_order = sorted(_PANELS.values(), key=lambda panel: (panel.order, panel.slug))
    return [
        RenderedPanel(
            panel.slug,
            panel.title,
            render_to_string(
                panel.template, {**panel.context(request=request, slo=slo, now=now), "slo": slo}, request=request
            ),
        )
        for panel in in_order
    ]
