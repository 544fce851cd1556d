"""Panels on a service's page: rooms above the catalogue add theirs at start-up.

    register_panel(Panel(slug="objectives", title="Objectives", template="slo/_service_panel.html", order=10,
                         context=objectives_of_service))

The template is rendered with the context, `service` and the request; `context(request=…, service=…, now=…)` reads
only what `request.caller` may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from reliability.access.requests import AccessRequest
from reliability.catalog.models import Service


class PanelContext(Protocol):
    def __call__(self, *, request: AccessRequest, service: Service, now: datetime) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Panel:
    slug: str
    title: str
    template: str
    context: PanelContext
    order: int = 50


_PANELS: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Add a panel. Raises ValueError when another panel has its slug."""
    if _PANELS.setdefault(panel.slug, panel) != panel:
        raise ValueError(f"there is a panel {panel.slug!r} already: choose another slug")


def panels() -> list[Panel]:
    return sorted(_PANELS.values(), key=lambda panel: (panel.order, panel.slug))
