"""What this room adds to the shell of every page: its tabs, states, its panel on services, search."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from reliability.access.domain.caller import Caller
from reliability.catalog.panels import Panel, register_panel
from reliability.catalog.tabs import register_tab
from reliability.duties.selectors.duties import DutyFilters, list_duties
from reliability.duties.views.panels import duties_of_service
from reliability.web.search import Hit, register_search
from reliability.web.states import StateLook, register_state


def duties_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable duties whose title or instructions hold the words."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    filters = DutyFilters(text=query.replace("\0", ""))
    found = list_duties(caller=caller, filters=filters, now=timezone.now())[:limit]
    return [Hit("Duty", one.title, reverse("duty", args=[one.pk]), one.team.name, icon="refresh") for one in found]


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
