"""What this room adds to the shell of every page: its place, tabs of a page, an entry and a panel on incidents."""

from __future__ import annotations

from incidents.response.panels import Panel, register_menu, register_panel
from incidents.status_page.domain.states import ComponentState, IncidentStatus, MaintenanceStatus
from incidents.status_page.tabs import register_page_tab
from incidents.status_page.views.announced import maintenance_items
from incidents.status_page.views.causes import maintenance_causes
from incidents.status_page.views.menu import pages_found, post_to_status_page, told_of_incident
from reliability.overlay.domain.items import Shape
from reliability.overlay.tracks import Track, register_track
from reliability.web.navigation import Place, register_place
from reliability.web.search import register_search
from reliability.web.states import StateLook, register_state
from slo.attributions import register_causes

register_place(Place("status-page", "Status page", "/status-pages/", "flag", 45, is_prominent=False, group="below"))
register_page_tab("Overview", "status-page", 10)
register_page_tab("Incidents", "status-incidents", 20)
register_page_tab("Maintenance", "status-maintenances", 30)
register_page_tab("Components", "status-components", 40)
register_page_tab("Templates", "status-templates", 50)
register_page_tab("Subscribers", "status-subscribers", 60)
register_menu("status page", post_to_status_page)
register_panel(
    Panel("status-page", "Told to the public", "status_page/_incident_panel.html", told_of_incident, order=40)
)
register_search("status pages", pages_found)
register_causes("maintenance", maintenance_causes)
register_track(Track("maintenance", "Maintenance", "maintenance", Shape.BAND, maintenance_items, order=60))
for _slug, _look in {
    ComponentState.OPERATIONAL: StateLook("Operational", "good", "check"),
    ComponentState.UNKNOWN: StateLook("Not measured yet", "none", "no-data"),
    ComponentState.UNDER_MAINTENANCE: StateLook("Under maintenance", "info", "settings"),
    ComponentState.DEGRADED_PERFORMANCE: StateLook("Degraded performance", "warn", "warning"),
    ComponentState.PARTIAL_OUTAGE: StateLook("Partial outage", "bad", "breach"),
    ComponentState.MAJOR_OUTAGE: StateLook("Major outage", "bad", "flame"),
}.items():
    register_state(f"component_{_slug.value}", _look)
for _status, _look in {
    IncidentStatus.INVESTIGATING: StateLook("Investigating", "bad", "search"),
    IncidentStatus.IDENTIFIED: StateLook("Identified", "warn", "target"),
    IncidentStatus.MONITORING: StateLook("Monitoring", "busy", "clock"),
    IncidentStatus.RESOLVED: StateLook("Resolved", "good", "check"),
    IncidentStatus.POSTMORTEM: StateLook("Postmortem", "none", "book"),
    MaintenanceStatus.SCHEDULED: StateLook("Scheduled", "info", "calendar"),
    MaintenanceStatus.IN_PROGRESS: StateLook("In progress", "busy", "play"),
    MaintenanceStatus.VERIFYING: StateLook("Verifying", "busy", "search"),
    MaintenanceStatus.COMPLETED: StateLook("Completed", "good", "check"),
}.items():
    register_state(f"public_{_status.value}", _look)
register_state("public_cancelled", StateLook("Cancelled", "none", "stop"))
register_state("subscriber_active", StateLook("Active", "good", "check"))
register_state("subscriber_pending", StateLook("Not confirmed", "none", "clock"))
register_state("subscriber_disabled", StateLook("Switched off", "warn", "warning"))
