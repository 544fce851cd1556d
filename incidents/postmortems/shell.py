"""What this room adds to the shell of every page: its tab, states, panels, search, and parts of its own page."""

from __future__ import annotations

from incidents.actions.sources import register_source
from incidents.postmortems.parts import Part, register_acts, register_part
from incidents.postmortems.views.acts import document_acts
from incidents.postmortems.views.agreed import agreed_in
from incidents.postmortems.views.found import postmortem_source, postmortems_found
from incidents.postmortems.views.meeting import meeting_part
from incidents.postmortems.views.panels import menu_of_incident, postmortem_of_incident, postmortems_of_service
from incidents.postmortems.views.reviewing import readers_part, review_acts, review_part, similar_part
from incidents.response.panels import Panel, register_menu, register_panel
from incidents.response.tabs import register_tab
from reliability.catalog.panels import Panel as ServicePanel
from reliability.catalog.panels import register_panel as register_service_panel
from reliability.web.search import register_search
from reliability.web.states import StateLook, register_state

register_tab("Postmortems", "postmortem-list", 20)
register_search("postmortems", postmortems_found)
register_source("postmortem", postmortem_source)
register_panel(Panel("postmortem", "Postmortem", "postmortems/_incident_panel.html", postmortem_of_incident, order=15))
register_menu("postmortem", menu_of_incident)
register_service_panel(
    ServicePanel("postmortems", "Postmortems", "postmortems/_service_panel.html", postmortems_of_service, order=30)
)
register_acts("10 review", review_acts)
register_acts("90 document", document_acts)
register_part(Part("review", "Review", "postmortems/_review.html", review_part, order=10))
register_part(Part("meeting", "Meeting", "postmortems/_meeting.html", meeting_part, order=20))
register_part(Part("readers", "Readers", "postmortems/_readers.html", readers_part, order=30))
register_part(Part("similar", "Similar postmortems", "postmortems/_similar.html", similar_part, order=40))
register_part(Part("actions", "Action items", "actions/_panel.html", agreed_in, order=10, place="below"))
for _slug, _look in {
    "postmortem_draft": StateLook("Draft", "warn", "edit"),
    "postmortem_in_review": StateLook("In review", "busy", "people"),
    "postmortem_approved": StateLook("Approved", "info", "check"),
    "postmortem_published": StateLook("Published", "good", "book"),
    "postmortem_overdue": StateLook("Overdue", "bad", "clock"),
}.items():
    register_state(_slug, _look)
