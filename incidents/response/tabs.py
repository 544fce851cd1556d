"""Tabs of the place "Incidents": each room above adds its own at start-up, by
`register_tab("Actions", "action-list", 30)`, and shows all of them above its lists:
`{% include "response/_tabs.html" %}` with `place_tabs` = `tabs_for(request)`.
Order: 10 Incidents, 20 Postmortems, 30 Actions, 40 Review, 50 Stakeholders.
"""

from __future__ import annotations

from reliability.web.tabs import TabGroup

_GROUP = TabGroup()
register_tab = _GROUP.add
tabs_for = _GROUP.shown
