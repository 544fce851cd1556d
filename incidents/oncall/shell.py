"""What this room adds to the shell of every page: its place in the rail, its schedules in the search, its shifts
in the chaos calendar."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from chaos.runs.calendar import register_entries
from incidents.oncall.duty import on_call_for_team
from incidents.oncall.selectors.entries import shifts_in_calendar
from incidents.oncall.selectors.schedules import list_schedules
from reliability.duties import oncall as duties
from reliability.web.navigation import Place, register_place
from reliability.web.search import Hit, register_search
from reliability.web.shell import register_tool
from reliability.web.states import StateLook, register_state


def schedules_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable schedules whose title or slug holds the query."""
    found = list_schedules(caller=request.caller, text=query)[:limit]  # type: ignore[attr-defined]  # the middleware sets it
    return [
        Hit("Schedule", str(entry), reverse("oncall-schedule", args=(entry.slug,)), entry.team.name, icon="calendar")
        for entry in found
    ]


register_place(Place("oncall", "On call", "/oncall/", "calendar", 40, phone_order=20, also=("/escalation-policies/",)))
register_tool("oncall/_tool.html")
register_search("schedules", schedules_found)
register_entries("on-call shifts", shifts_in_calendar)
duties.register("schedules", on_call_for_team)
for _slug, _look in {
    "offered": StateLook("Offered", "busy", "clock"),
    "accepted": StateLook("Accepted", "good", "check"),
    "declined": StateLook("Declined", "none", "stop"),
    "withdrawn": StateLook("Withdrawn", "none", "stop"),
}.items():
    register_state(_slug, _look)
