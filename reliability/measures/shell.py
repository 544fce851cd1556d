"""What this room adds to the shell: its tab, a panel on services, and deployments as something counted."""

from __future__ import annotations

from reliability.catalog.panels import Panel, register_panel
from reliability.delivery.tabs import register_tab
from reliability.measures.counts import Count, register_count
from reliability.measures.selectors.deployments import deployments_counted
from reliability.measures.views.panels import ratios_of_service
from reliability.measures.views.search import ratios_found
from reliability.web.search import register_search

register_tab("Ratios", "delivery-ratios", 18)
register_search("ratios", ratios_found)
register_count(Count("deployments", "Deployments", deployments_counted))
register_panel(Panel("ratios", "Ratios", "measures/_service_panel.html", ratios_of_service, order=45))
