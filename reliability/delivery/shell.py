"""What this room adds to the shell of every page: its place, and tabs."""

from __future__ import annotations

from reliability.delivery.tabs import register_tab
from reliability.web.navigation import Place, register_place

register_place(Place("delivery", "Delivery", "/delivery/", "merge", 30, is_prominent=False))
register_tab("Figures", "delivery-figures", 10)
