"""Names of services, and their labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NAME_LENGTH_MAX = 63
LABELS_MAX = 50
LABEL_LENGTH_MAX = 200
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
_RESERVED = frozenset({"new"})  # /services/new/ is the form


def name_mistake(name: str) -> str | None:
    """What to change about *name*, or None. The form is that of DNS labels, as OpenSLO asks for."""
    if not name:
        return "a name is needed: it stands in addresses, the API and OpenSLO files"
    if len(name) > NAME_LENGTH_MAX:
        return f"a name is at most {NAME_LENGTH_MAX} characters long, this one has {len(name)}"
    if not _NAME.match(name):
        return "a name holds lower-case letters, digits and hyphens, such as checkout-api"
    if name in _RESERVED:
        return f"{name!r} is an address of the catalogue itself: choose another name"
    return None


def label_mistake(labels: Mapping[str, Any]) -> str | None:
    """What to change about *labels*, or None."""
    if len(labels) > LABELS_MAX:
        return f"at most {LABELS_MAX} labels"
    for key, value in labels.items():
        if not isinstance(key, str) or not isinstance(value, str):
            return "labels are texts by text"
        if not key.strip() or len(key) > LABEL_LENGTH_MAX or len(value) > LABEL_LENGTH_MAX:
            return f"keys and values of labels have at most {LABEL_LENGTH_MAX} characters, and no key is empty"
    return None
