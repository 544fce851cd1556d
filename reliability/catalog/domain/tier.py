"""Tiers: how much users feel when a service fails."""

from __future__ import annotations

TIER_WORDS = {
    1: "Critical: users cannot do what they came for",
    2: "Important: users lose a major function",
    3: "Useful: users notice, and can work around it",
    4: "Internal: users do not notice",
}


def tier_mistake(tier: int) -> str | None:
    """What to change, or None."""
    return None if tier in TIER_WORDS else f"tier must be 1 (critical), 2, 3 or 4 (internal), got {tier}"
