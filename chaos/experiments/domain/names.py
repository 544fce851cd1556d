"""Slugs of experiments and targets: they stand in addresses and files."""

from __future__ import annotations

import re

SLUG_LENGTH_MAX = 63
_SLUG = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
# /chaos/experiments/new/ and the like are pages of their own.
_RESERVED = frozenset({"new", "import", "validate", "library", "export", "preview", "kinds"})


def slug_mistake(slug: str) -> str | None:
    """What to change about *slug*, or None."""
    if not slug:
        return "is required: it stands in addresses and files"
    if len(slug) > SLUG_LENGTH_MAX:
        return f"has {len(slug)} characters: at most {SLUG_LENGTH_MAX} are allowed"
    if not _SLUG.match(slug):
        return "holds lower-case letters, digits and hyphens only, such as slow-payments"
    if slug in _RESERVED:
        return f"{slug!r} is an address of these pages themselves: choose another"
    return None
