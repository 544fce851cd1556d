"""What this room adds to the shell: its tab, tracks of rooms below it, marks of objectives, panels."""

from __future__ import annotations

from reliability.catalog.panels import Panel, register_panel
from reliability.delivery.tabs import register_tab
from reliability.overlay.domain.items import Shape
from reliability.overlay.selectors.own import burn_items, change_items, deployment_items
from reliability.overlay.tracks import Track, marks_of_tracks, register_track
from reliability.overlay.views.panels import timeline_of_service, timeline_of_slo
from slo.marks import register_marks
from slo.panels import Panel as SloPanel
from slo.panels import register_panel as register_slo_panel

register_tab("Timeline", "delivery-timeline", 15)
register_track(Track("deployments", "Deployments", "deployment", Shape.FLAG, deployment_items, order=10))
register_track(Track("changes", "Changes", "change", Shape.FLAG, change_items, order=20))
register_track(Track("burns", "Burns", "burn", Shape.STRONG, burn_items, order=30))
register_marks("timeline", marks_of_tracks)
register_panel(Panel("timeline", "Timeline", "overlay/_panel.html", timeline_of_service, order=12))
register_slo_panel(SloPanel("timeline", "Timeline", "overlay/_panel.html", timeline_of_slo, order=5))
