"""Tabs of the place "Chaos": each room of it adds its own at start-up, by `register_tab("Calendar", "calendar", 40)`,
and shows all of them above its lists: `{% include "experiments/_tabs.html" %}` with `tabs` = `tabs_for(request)`.
Order: 10 Runs, 20 Experiments, 80 Targets, 90 Library.
"""

from __future__ import annotations

from reliability.web.tabs import TabGroup

_GROUP = TabGroup()
register_tab = _GROUP.add
tabs_for = _GROUP.shown
