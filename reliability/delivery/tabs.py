"""Tabs of the place "Delivery": each list adds its own at start-up, by
`register_tab("Deployments", "deployment-list", 20)`, and shows all of them above it:
`{% include "web/_tabs.html" with label="Delivery" %}` with `tabs` = `tabs_for(request)`.
Order: 10 Figures, 20 Deployments, 30 Integrations.
"""

from __future__ import annotations

from reliability.web.tabs import TabGroup

_GROUP = TabGroup()
register_tab = _GROUP.add
tabs_for = _GROUP.shown
