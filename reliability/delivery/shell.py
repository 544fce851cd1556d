"""What this room adds to the shell of every page: its place, tabs and search."""

from __future__ import annotations

from reliability.delivery.tabs import register_tab
from reliability.delivery.views.search import integrations_found
from reliability.web.navigation import Place, register_place
from reliability.web.search import register_search
from reliability.web.states import StateLook, register_state

register_place(Place("delivery", "Delivery", "/delivery/", "merge", 30, is_prominent=False))
register_search("delivery-integrations", integrations_found)
register_tab("Figures", "delivery-figures", 10)
register_tab("Deployments", "deployment-list", 20)
register_tab("Integrations", "delivery-integration-list", 30)
for _slug, _look in {
    "deploy_in_progress": StateLook("In progress", "info", "play"),
    "deploy_succeeded": StateLook("Succeeded", "good", "check"),
    "deploy_broke": StateLook("Broke production", "bad", "breach"),
    "deploy_failed": StateLook("Failed", "bad", "breach"),
    "deploy_cancelled": StateLook("Cancelled", "none", "stop"),
    "payload_done": StateLook("Taken", "good", "check"),
    "payload_ignored": StateLook("Of no use", "none", "minus"),
    "payload_rejected": StateLook("Rejected", "bad", "warning"),
    "payload_waiting": StateLook("Waiting", "info", "clock"),
    "commits_partial": StateLook("Partly known", "warn", "warning"),
    "commits_unknown": StateLook("Commits unknown", "warn", "no-data"),
    "rolled_back": StateLook("Rollback", "warn", "undo"),
}.items():
    register_state(_slug, _look)
