"""What this room adds to the shell of every page: policies in the search, who is told on the page of a service, what a
channel was told on its page.
"""

from __future__ import annotations

from incidents.paging.views.channel_usage import deliveries_to_channel, policies_of_channel
from incidents.paging.views.panel import policy_of_service
from incidents.paging.views.search import policies_found
from reliability.catalog.panels import Panel, register_panel
from reliability.channels.usage import register_usage
from reliability.web.search import register_search

register_search("escalation-policies", policies_found)
register_panel(
    Panel("escalation", "Who is told", "paging/_service_panel.html", policy_of_service, order=20),
)
register_usage("1-policies", policies_of_channel)
register_usage("2-deliveries", deliveries_to_channel)
