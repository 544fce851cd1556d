"""What this room adds to the shell of every page: its tab, states, its panel and menu entry on incidents, search."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from incidents.response.panels import Panel, register_menu, register_panel
from incidents.response.tabs import register_tab
from incidents.stakeholders.selectors.stakeholders import StakeholderFilters, list_stakeholders
from incidents.stakeholders.views.panels import menu_items, told_panel
from reliability.access.domain.caller import Caller
from reliability.web.search import Hit, register_search
from reliability.web.states import StateLook, register_state


def stakeholders_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable stakeholders whose name or role holds the words."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    found = list_stakeholders(caller=caller, filters=StakeholderFilters(text=query.replace("\0", "")))[:limit]
    return [
        Hit("Stakeholder", one.name, reverse("stakeholder", args=[one.pk]), one.role, icon="people") for one in found
    ]


register_tab("Stakeholders", "stakeholder-list", 50)
register_panel(Panel("stakeholders", "Stakeholders", "stakeholders/_panel.html", told_panel, order=40))
register_menu("stakeholders", menu_items)
register_search("stakeholders", stakeholders_found)
for _slug, _look in {
    "stakeholder_told": StateLook("Told", "good", "check"),
    "stakeholder_silent": StateLook("Not told", "none", "bell-off"),
    # a message with one recipient
    "told_read": StateLook("Read", "good", "check"),
    "told_unread": StateLook("Not read yet", "warn", "clock"),
    "told_retrying": StateLook("Tried again", "warn", "refresh"),
    "told_queued": StateLook("Queued", "busy", "inbox"),
    "told_waiting": StateLook("Waits for their hour", "info", "clock"),
    "told_failed": StateLook("Failed", "bad", "breach"),
    "told_void": StateLook("Not sent", "none", "minus"),
}.items():
    register_state(_slug, _look)
