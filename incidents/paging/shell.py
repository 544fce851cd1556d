"""What this room adds to the shell of every page: policies in the search, a panel on services."""

from __future__ import annotations
