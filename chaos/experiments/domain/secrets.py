"""The secrets that a document names: {"secrets": {"group": {"name": {"type": "env", "key": …}}}}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.runner.masking import LENGTH_MIN

NAME_LENGTH_MAX = 63
VALUE_LENGTH_MAX = 8_192


def names_in(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(group, name) in the document's order."""
    groups = document.get("secrets")
    return [
        (str(group), str(name))
        for group, names in (groups.items() if isinstance(groups, Mapping) else ())
        for name in (names if isinstance(names, Mapping) else ())
    ]


def name_mistake(text: str) -> str:
    """Blank, or what to change about a group or a name."""
    if not text.strip():
        return "is required: write it as it stands under secrets in the document"
    if len(text) > NAME_LENGTH_MAX:
        return f"has {len(text)} characters: at most {NAME_LENGTH_MAX} are allowed"
    return ""


def value_mistake(value: str) -> str:
    """Blank, or what to change. A short value cannot be masked: it would blot out half of each line."""
    if len(value) < LENGTH_MIN:
        return f"has fewer than {LENGTH_MIN} characters: it could not be masked in what a run tells"
    if len(value) > VALUE_LENGTH_MAX:
        return f"has {len(value):,} characters: at most {VALUE_LENGTH_MAX:,} are allowed"
    return ""
