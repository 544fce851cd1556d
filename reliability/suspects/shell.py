"""What this room adds to the shell of every page, to figures of delivery and to the ledger."""

from __future__ import annotations

from reliability.delivery.failures import register_failures
from reliability.delivery.tabs import register_tab
from reliability.suspects.selectors.failures import FAILURES
from reliability.suspects.views.causes import suspect_causes
from reliability.suspects.views.panels import suspects_of_slo
from reliability.web.states import StateLook, register_state
from slo.attributions import register_causes
from slo.panels import Panel, register_panel

register_tab("Suspects", "suspect-list", 25)
register_panel(Panel("suspects", "Suspects of its burns", "suspects/_slo_panel.html", suspects_of_slo, order=20))
register_failures("suspects", FAILURES)
register_causes("suspects", suspect_causes)
for _slug, _look in {
    "suspect_open": StateLook("Not judged", "none", "no-data"),
    "suspect_confirmed": StateLook("Confirmed", "bad", "check"),
    "suspect_rejected": StateLook("Rejected", "good", "minus"),
}.items():
    register_state(_slug, _look)
