"""Words of the history of a postmortem."""

from __future__ import annotations

# What somebody sent that was merged before it was stored: the base of what they type next. History leaves it out.
TYPED = "typed"
