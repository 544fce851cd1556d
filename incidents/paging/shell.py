"""What this room adds to the shell of every page: policies in the search, who is told on the page of a service."""

from __future__ import annotations

from incidents.paging.views.panel import policy_of_service
from incidents.paging.views.search import policies_found
from reliability.catalog.panels import Panel, register_panel
from reliability.web.search import register_search

register_search("escalation-policies", policies_found)
register_panel(
    Panel("escalation", "Who is told", "paging/_service_panel.html", policy_of_service, order=20),
)
