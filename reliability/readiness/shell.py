"""What this room adds to the shell of every page: its tab, states, a panel on services, what the catalogue proves."""

from __future__ import annotations

from reliability.catalog.panels import Panel, register_panel
from reliability.catalog.tabs import register_tab
from reliability.readiness import catalogue  # noqa: F401  registers what the catalogue proves
from reliability.readiness.views.service import readiness_panel
from reliability.web.states import StateLook, register_state

register_tab("Readiness", "readiness", 20)
register_panel(Panel("readiness", "Readiness", "readiness/_service_panel.html", readiness_panel, order=45))
for _slug, _look in {
    # an item
    "readiness_met": StateLook("Met", "good", "check"),
    "readiness_waived": StateLook("Waived", "info", "flag"),
    "readiness_not_met": StateLook("Not met", "bad", "breach"),
    "readiness_expired": StateLook("Expired", "warn", "clock"),
    "readiness_missing": StateLook("No evidence", "bad", "empty"),
    "readiness_unreviewed": StateLook("To review", "warn", "person"),
    "readiness_unknown": StateLook("Unknown", "warn", "no-data"),
    # a service
    "readiness_ready": StateLook("Ready", "good", "check"),
    "readiness_ready_with_exceptions": StateLook("Ready with exceptions", "info", "flag"),
    "readiness_not_ready": StateLook("Not ready", "bad", "breach"),
}.items():
    register_state(_slug, _look)
