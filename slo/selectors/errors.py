"""What a source answered, as far as a caller may read it: errors of a private source name its addresses."""

from __future__ import annotations

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.telemetry.models import Source

PRIVATE_ERROR = "the source was not read; why is for the eyes of its own team, which is private"


def error_words(*, caller: Caller, source: Source, error: str) -> str:
    """The error as stored, or that there is one where the source is private to another team."""
    return error if not error or visible(caller=caller, related=source) else PRIVATE_ERROR
