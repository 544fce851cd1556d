"""Placeholders of templates: `{component}`, `{time}` and such, filled in when a text is taken from a template."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDERS: Mapping[str, str] = {
    "component": "what is affected, such as Checkout and Search",
    "title": "the title of the incident or the maintenance",
    "page": "the title of the page",
    "time": "the time of now on the clocks of the page, such as 14:30 CET",
    "date": "the day of now, such as 21 November",
    "start": "when the maintenance begins",
    "end": "when the maintenance ends",
}
_NAME = re.compile(r"\{([a-z_]{1,30})\}")


def fill(text: str, *, values: Mapping[str, str]) -> str:
    """Known names are replaced once; a name without a value stays, so that whoever writes sees it."""
    return _NAME.sub(lambda found: values.get(found[1]) or found[0], text)


def unknown_in(text: str) -> list[str]:
    """Names in braces that no template may use."""
    return sorted({name for name in _NAME.findall(text) if name not in PLACEHOLDERS})


def left_in(text: str) -> list[str]:
    """Placeholders that nobody filled in."""
    return sorted({name for name in _NAME.findall(text) if name in PLACEHOLDERS})


def listed(names: list[str]) -> str:
    """`Checkout, Search and Account`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
