"""How long texts may be, and the mistakes of texts that people typed."""

from __future__ import annotations

from collections.abc import Mapping

TITLE_MAX = 160
TEXT_MAX = 4_000
LONG_TEXT_MAX = 20_000
REASON_MAX = 500
PLACE_MAX = 500
NAME_MAX = 160
ITEM_MAX = 300
ALERT_MAX = 200
COMMENT_MAX = 500
LENGTH_MINUTES = (5, 24 * 60)
EXPECTED_MINUTES = (1, 24 * 60)


def too_long(*, texts: Mapping[str, str], most: Mapping[str, int]) -> list[dict[str, str]]:
    """A detail for each field of *texts* that is longer than *most* says (TEXT_MAX by default), or holds a NUL."""
    found = []
    for name, text in texts.items():
        limit = most.get(name, TEXT_MAX)
        if len(text) > limit:
            message = f"must be at most {limit:,} characters, it has {len(text):,}: shorten it"
            found.append({"field": name, "message": message})
        elif "\x00" in text:
            found.append({"field": name, "message": "holds a NUL character: take it out"})
    return found


def missing(*, texts: Mapping[str, str], needed: Mapping[str, str]) -> list[dict[str, str]]:
    """A detail for each field of *needed* that is blank, with its message."""
    return [{"field": name, "message": words} for name, words in needed.items() if not texts.get(name, "").strip()]
