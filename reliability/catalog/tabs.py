"""Tabs of the place "Services": each room above adds its own at start-up, by
`register_tab("Readiness", "readiness", 20)`, and shows all of them above its lists:
`{% include "web/_tabs.html" with label="Services" %}` with `tabs` = `tabs_for(request)`.
Order: 10 Services, 20 Readiness, 30 Duties, 40 Toil.
"""

from __future__ import annotations

from reliability.web.tabs import TabGroup

_GROUP = TabGroup()
register_tab = _GROUP.add
tabs_for = _GROUP.shown

register_tab("Services", "service-list", 10)
