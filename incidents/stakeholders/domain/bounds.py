"""How much of what: each with the message that says what to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAME_MAX = 160
NOTE_MAX = 500
SUBJECT_MAX = 160
TEXT_MAX = 5_000
IMPACT_MAX = 1_000
HOURS_LINES_MAX = 14
REMIND_HOURS_MAX = 72
NEXT_UPDATE_MINUTES_MAX = 24 * 60
# A reminder by hand or by itself: nobody is asked more often than that about one message.
REMINDERS_MAX = 3


def too_long(*, texts: Mapping[str, str], most: Mapping[str, int]) -> list[dict[str, Any]]:
    """A detail for each text that is longer than it may be, or holds NUL, which no database stores."""
    found = []
    for name, text in texts.items():
        if len(text) > most[name]:
            found.append({"field": name, "message": f"has at most {most[name]:,} characters"})
        elif "\0" in text:
            found.append({"field": name, "message": "holds a character that cannot be stored: take it out"})
    return found
