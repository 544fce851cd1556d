"""What this room adds to the shell of every page: its place, search, the banner, panels on services and objectives."""

from __future__ import annotations

from incidents.paging.additions import register_addition
from incidents.response.selectors.breaking_deployments import FAILURES
from incidents.response.selectors.counts import COUNTS
from incidents.response.selectors.first_suspects import addition_to_page
from incidents.response.selectors.gate import incidents_of_services
from incidents.response.selectors.troubles import incident_trouble
from incidents.response.tabs import register_tab
from incidents.response.views.causes import incident_causes
from incidents.response.views.marks import incident_items
from incidents.response.views.now import count_in_rail, severe_banner
from incidents.response.views.panels import incidents_of_service, incidents_of_slo
from incidents.response.views.search import incidents_found
from reliability.catalog.panels import Panel, register_panel
from reliability.delivery.failures import register_failures
from reliability.gate.blockers import register_blockers
from reliability.measures.counts import register_count
from reliability.overlay.domain.items import Shape
from reliability.overlay.tracks import Track, register_track
from reliability.suspects.troubles import register_incidents
from reliability.web.banners import register_banner
from reliability.web.navigation import Place, register_place
from reliability.web.search import register_search
from slo.attributions import register_causes
from slo.domain.marks import Kind
from slo.panels import Panel as SloPanel
from slo.panels import register_panel as register_slo_panel

register_place(
    Place(
        "incidents",
        "Incidents",
        "/incidents/",
        "siren",
        5,
        phone_order=10,
        count=count_in_rail,
        count_noun="open",
        also=("/postmortems/", "/actions/", "/review/", "/stakeholders/"),
    )
)
register_tab("Incidents", "incident-list", 10)
register_search("incidents", incidents_found)
register_banner("incidents", severe_banner)
register_panel(Panel("incidents", "Incidents", "response/_service_panel.html", incidents_of_service, order=5))
register_slo_panel(SloPanel("incidents", "Incidents", "response/_service_panel.html", incidents_of_slo, order=10))
register_track(Track("incidents", "Incidents", "incident", Shape.BAND, incident_items, order=40, marks=Kind.INCIDENT))
register_failures("incidents", FAILURES)
register_blockers("incidents", incidents_of_services)
for _count in COUNTS:
    register_count(_count)
register_causes("incidents", incident_causes)
register_incidents(incident_trouble)
register_addition(addition_to_page)
