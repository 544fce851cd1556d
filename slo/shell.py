"""What this room adds to the shell of every page: search, the banner of old numbers, a panel on services."""

from __future__ import annotations

from reliability.access.references import register_reference
from reliability.catalog.panels import Panel, register_panel
from reliability.telemetry.usage import register_usage
from reliability.web.banners import register_banner
from reliability.web.search import register_search
from slo.attributions import register_causes
from slo.models import Composite, Sli, Slo
from slo.views.alerts_wording import register_looks
from slo.views.banners import stale_numbers
from slo.views.causes import exclusion_causes
from slo.views.panel import objectives_of_service
from slo.views.search import indicators_found, objectives_found
from slo.views.source_users import indicators_of_source

register_search("objectives", objectives_found)
register_search("indicators", indicators_found)
register_banner("stale-numbers", stale_numbers)
register_panel(
    Panel("objectives", "Objectives", "slo/_service_panel.html", objectives_of_service, order=10),
)
register_usage("slis", indicators_of_source)
register_looks()
register_causes("exclusions", exclusion_causes)
register_reference("sli", Sli, fields=("sli",))
register_reference("slo", Slo, fields=(), prefixes=("part ",))
register_reference("composite", Composite, fields=(), prefixes=("nested ",))
