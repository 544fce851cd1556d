"""What this room adds to the shell of every page: its tab, states, panels on incidents and services, search."""

from __future__ import annotations

from incidents.actions.sources import register_source
from incidents.actions.views.panels import (
    action_menu,
    actions_found,
    actions_of_incident,
    actions_of_service,
    incident_source,
)
from incidents.response.panels import Panel as IncidentPanel
from incidents.response.panels import register_menu
from incidents.response.panels import register_panel as register_incident_panel
from incidents.response.tabs import register_tab
from reliability.catalog.panels import Panel, register_panel
from reliability.web.search import register_search
from reliability.web.states import StateLook, register_state

register_tab("Actions", "action-list", 30)
register_search("actions", actions_found)
register_incident_panel(IncidentPanel("actions", "Action items", "actions/_panel.html", actions_of_incident, order=20))
register_menu("actions", action_menu)
register_panel(Panel("actions", "Action items", "actions/_panel.html", actions_of_service, order=25))
register_source("incident", incident_source)
for _slug, _look in {
    "action_open": StateLook("Open", "info", "dot"),
    "action_in_progress": StateLook("In progress", "busy", "play"),
    "action_done": StateLook("To be proven", "warn", "clock"),
    "action_verified": StateLook("Proven", "good", "check"),
    "action_unproven": StateLook("Closed without proof", "none", "flag"),
    "action_cancelled": StateLook("Cancelled", "none", "stop"),
    "action_overdue": StateLook("Overdue", "bad", "clock"),
}.items():
    register_state(_slug, _look)
