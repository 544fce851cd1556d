"""What this room adds to the shell of every page: its place."""

from __future__ import annotations

from reliability.web.navigation import Place, register_place

register_place(Place("reports", "Reports", "/reports/monthly/", "book", 70, is_prominent=False, also=("/reports/",)))
