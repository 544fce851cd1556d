"""What this room adds to the shell of every page: search, the banner of old numbers, a panel on services."""

from __future__ import annotations

from reliability.access.references import register_reference
from reliability.catalog.panels import Panel, register_panel
from reliability.telemetry.usage import register_usage
from reliability.web.banners import register_banner
from reliability.web.search import register_search
from reliability.web.states import StateLook, register_state
from slo.attributions import register_causes
from slo.models import Composite, Sli, Slo
from slo.panels import Panel as SloPanel
from slo.panels import register_panel as register_slo_panel
from slo.views.agreements import agreements_of_service, agreements_of_slo
from slo.views.alerts_wording import register_looks
from slo.views.banners import stale_numbers
from slo.views.causes import exclusion_causes
from slo.views.chain_panel import chain_of_service
from slo.views.panel import objectives_of_service
from slo.views.search import agreements_found, composites_found, indicators_found, objectives_found
from slo.views.source_users import indicators_of_source

register_search("objectives", objectives_found)
register_search("composites", composites_found)
register_search("agreements", agreements_found)
register_search("indicators", indicators_found)
register_banner("stale-numbers", stale_numbers)
register_panel(
    Panel("objectives", "Objectives", "slo/_service_panel.html", objectives_of_service, order=10),
)
register_panel(Panel("agreements", "Agreements", "slo/_agreements_panel.html", agreements_of_service, order=15))
register_slo_panel(SloPanel("agreements", "Agreements", "slo/_agreements_panel.html", agreements_of_slo, order=80))
for _slug, _look in {
    "agreement_met": StateLook("Met", "good", "check"),
    "agreement_missed": StateLook("Missed", "bad", "warning"),
    "agreement_running": StateLook("Running", "none", "clock"),
    "agreement_lost": StateLook("Running, lost too much", "bad", "warning"),
    "agreement_no_data": StateLook("No data", "none", "minus"),
}.items():
    register_state(_slug, _look)
register_panel(Panel("chain", "What it can promise", "slo/_chain_panel.html", chain_of_service, order=12))
register_usage("slis", indicators_of_source)
register_looks()
register_causes("exclusions", exclusion_causes)
register_reference("sli", Sli, fields=("sli",))
register_reference("slo", Slo, fields=(), prefixes=("part ",))
register_reference("composite", Composite, fields=(), prefixes=("nested ",))
