"""Names, titles and labels of objectives and indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NAME_LENGTH_MAX = 63
TITLE_LENGTH_MAX = 160
TEXT_LENGTH_MAX = 10_000
LABELS_MAX = 50
LABEL_LENGTH_MAX = 200
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
# Pages below /slos/: the form, the alerts, composites, what-if.
_RESERVED = frozenset({"new", "alerts", "composites", "what-if"})

Mistake = tuple[str, str]


def mistakes_of(*, name: str, title: str, description: str, labels: Mapping[str, Any]) -> list[Mistake]:
    """(field, what to change) for each mistake; the form of names is that of DNS labels, as OpenSLO asks for."""
    mistakes: list[Mistake] = []
    if not is_name(name):
        mistakes.append(
            (
                "name",
                f"must hold 1 to {NAME_LENGTH_MAX} lower-case letters, digits and hyphens, such as checkout-errors",
            )
        )
    elif name in _RESERVED:
        mistakes.append(("name", f"must not be {name!r}: that is the address of a page"))
    if len(title) > TITLE_LENGTH_MAX:
        mistakes.append(("title", f"must be at most {TITLE_LENGTH_MAX} characters long, this one has {len(title)}"))
    if len(description) > TEXT_LENGTH_MAX:
        mistakes.append(("description", f"must be at most {TEXT_LENGTH_MAX} characters long"))
    return mistakes + _label_mistakes(labels)


def is_name(text: str) -> bool:
    """Whether it has the form of a DNS label."""
    return bool(_NAME.match(text)) and len(text) <= NAME_LENGTH_MAX


def _label_mistakes(labels: Mapping[str, Any]) -> list[Mistake]:
    if not isinstance(labels, Mapping):
        return [("labels", "must be an object of texts by text")]
    if len(labels) > LABELS_MAX:
        return [("labels", f"must be at most {LABELS_MAX}")]
    for key, value in labels.items():
        values = value if isinstance(value, list) else [value]  # OpenSLO allows a list of texts
        if not isinstance(key, str) or not key.strip() or not all(isinstance(one, str) for one in values):
            return [(f"labels.{key}", "must be a text or a list of texts")]
        if len(key) > LABEL_LENGTH_MAX or any(len(one) > LABEL_LENGTH_MAX for one in values):
            return [(f"labels.{key}", f"must have at most {LABEL_LENGTH_MAX} characters")]
    return []
