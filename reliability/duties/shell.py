"""What this room adds to the shell of every page: its tabs, states, its panel on services, search."""

from __future__ import annotations

from reliability.catalog.panels import Panel, register_panel
from reliability.catalog.tabs import register_tab
from reliability.duties.views.panels import duties_found, duties_of_service
from reliability.web.search import register_search
from reliability.web.states import StateLook, register_state

register_tab("Duties", "duty-list", 30)
register_tab("Toil", "toil", 40)
register_panel(Panel("duties", "Duties and toil", "duties/_service_panel.html", duties_of_service, order=70))
register_search("duties", duties_found)
for _slug, _look in {
    "duty_overdue": StateLook("Overdue", "bad", "clock"),
    "duty_coming": StateLook("Coming", "good", "check"),
    "duty_off": StateLook("Switched off", "none", "pause"),
    "duty_done": StateLook("Done", "good", "check"),
    "duty_skipped": StateLook("Skipped", "none", "minus"),
}.items():
    register_state(_slug, _look)
