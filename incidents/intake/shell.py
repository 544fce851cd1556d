"""What this room adds to the shell of every page: its place in the rail, and its objects in the search."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from incidents.intake.selectors.integrations import named
from incidents.intake.selectors.monitors import list_monitors
from reliability.web.navigation import Place, register_place
from reliability.web.search import Hit, register_search
from reliability.web.states import StateLook, register_state


def integrations_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable integrations whose name or title holds the query."""
    found = named(caller=request.caller, text=query)[:limit]  # type: ignore[attr-defined]  # the middleware sets it
    return [
        Hit("Integration", one.title, reverse("integration-detail", args=(one.name,)), one.team.name, icon="inbox")
        for one in found
    ]


def monitors_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable monitors whose name or title holds the query."""
    found = list_monitors(caller=request.caller, text=query)[:limit]  # type: ignore[attr-defined]  # the middleware sets it
    return [
        Hit("Monitor", one.title, reverse("monitor-detail", args=(one.name,)), one.team.name, icon="clock")
        for one in found
    ]


register_place(
    Place(
        "integrations",
        "Integrations",
        "/integrations/",
        "inbox",
        70,
        is_prominent=False,
        group="below",
    )
)
for _slug, _look in {
    # integrations
    "disabled": StateLook("Switched off", "none", "pause"),
    "waiting_for_alerts": StateLook("Nothing yet", "none", "clock"),
    # monitors
    "new": StateLook("Never called", "none", "dot"),
    "up": StateLook("Up", "good", "check"),
    "late": StateLook("Late", "warn", "clock"),
    "down": StateLook("Down", "bad", "breach"),
    # silences
    "planned": StateLook("Planned", "info", "clock"),
    "over": StateLook("Over", "none", "stop"),
}.items():
    register_state(_slug, _look)
register_search("integrations", integrations_found)
register_search("monitors", monitors_found)
