"""What stands in a timeline: kinds of entries, and the bounds of their words."""

from __future__ import annotations

from enum import StrEnum

from reliability.kit.cutting import cut


class Kind(StrEnum):
    """Of a timeline entry; a page filters and draws by it."""

    OPENED = "opened"
    STATUS = "status"
    SEVERITY = "severity"
    EDIT = "edit"
    ROLE = "role"
    IMPACT = "impact"
    MILESTONE = "milestone"
    ALERT = "alert"
    PAGE = "page"
    MERGE = "merge"
    COMMENT = "comment"
    ATTACHMENT = "attachment"
    IMPORT = "import"
    TOLD = "told"  # stakeholders, by a person
    EXPERIMENT = "experiment"  # a fault on purpose, before or while it goes on


# Kinds that people write as they please: they may be edited and removed. What the platform saw stays as it is.
EDITABLE = frozenset({Kind.COMMENT, Kind.ATTACHMENT, Kind.IMPORT})


def shortened(text: str, *, length_max: int) -> str:
    """At most *length_max* letters, with an ellipsis where something was cut: at a word, never within an address."""
    return cut(text, length_max=length_max)
