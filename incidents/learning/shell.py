"""What this room adds to the shell of every page: its tab."""

from __future__ import annotations

from incidents.response.tabs import register_tab

register_tab("Review", "review", 40)
