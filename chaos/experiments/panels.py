"""Panels on the page of an experiment: rooms above add theirs at start-up, as on the page of a service.

The template is rendered with the context, `experiment` and the request; `context(request=…, experiment=…, now=…)` reads
only what `request.caller` may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from chaos.experiments.models import Experiment
from reliability.access.requests import AccessRequest


class PanelContext(Protocol):
    def __call__(self, *, request: AccessRequest, experiment: Experiment, now: datetime) -> Mapping[str, Any]: ...


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


def rendered_panels(*, request: AccessRequest, experiment: Experiment, now: datetime) -> list[RenderedPanel]:
    """Every panel, in order."""
    rendered = []
    for panel in sorted(_PANELS.values(), key=lambda panel: (panel.order, panel.slug)):
        context = {**panel.context(request=request, experiment=experiment, now=now), "experiment": experiment}
        html = render_to_string(panel.template, context, request=request)
        rendered.append(RenderedPanel(panel.slug, panel.title, html))
    return rendered
