"""What this room adds to the shell of every page: its tab, search, states, its panel on services."""

from __future__ import annotations

from reliability.catalog.panels import Panel, register_panel
from reliability.delivery.tabs import register_tab
from reliability.gate.views.panels import gate_of_service
from reliability.gate.views.search import freezes_found, policies_found
from reliability.web.search import register_search
from reliability.web.states import StateLook, register_state

register_tab("Gate", "gate", 25)
register_search("budget-policies", policies_found)
register_search("freezes", freezes_found)
register_panel(Panel("gate", "Deploy gate", "gate/_service_panel.html", gate_of_service, order=15))
for _slug, _look in {
    "gate_go": StateLook("Go", "good", "check"),
    "gate_go_with_warnings": StateLook("Go, with warnings", "warn", "warning"),
    "gate_no_go": StateLook("No-go", "bad", "stop"),
    "gate_overridden": StateLook("Go, overridden", "warn", "undo"),
    "freeze_holds": StateLook("Holds now", "bad", "lock"),
    "policy_freeze": StateLook("Freeze", "bad", "stop"),
    "policy_shift_work": StateLook("Work shifts", "warn", "swap"),
    "policy_quiet": StateLook("Nothing in force", "good", "check"),
    "override_live": StateLook("Holds", "warn", "undo"),
    "reason_blocks": StateLook("Blocks", "bad", "stop"),
    "reason_warns": StateLook("Warns", "warn", "warning"),
    "reason_excepted": StateLook("Lets it pass", "info", "check"),
    "reason_overridden": StateLook("Overridden", "warn", "undo"),
    "review_due": StateLook("Review is due", "warn", "clock"),
}.items():
    register_state(_slug, _look)
