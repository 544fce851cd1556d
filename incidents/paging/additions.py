"""What a page says besides what its escalation tells: rooms above register at start-up who knows of a subject.

    register_addition(suspects_of)

`suspects_of(subject=…)` returns an Addition, or None when there is nothing to add. It is asked just before a page is
sent, outside of any transaction and with nothing locked; what it raises is logged, and the page goes out without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Addition:
    """text: lines below the text of the page. links: (title, URL), after its own."""

    text: str
    links: tuple[tuple[str, str], ...] = ()


class AdditionTo(Protocol):
    def __call__(self, *, subject: str) -> Addition | None: ...


_sources: list[AdditionTo] = []


def register_addition(source: AdditionTo) -> AdditionTo:
    if source not in _sources:
        _sources.append(source)
    return source


def additions_to(*, subject: str) -> list[Addition]:
    """Of all that know something, in the order in which they registered."""
    return [found for source in _sources if (found := _asked(source, subject)) is not None]


def _asked(source: AdditionTo, subject: str) -> Addition | None:
    try:
        return source(subject=subject)
    except Exception:
        log.exception("addition_to_page_failed", subject=subject)
        return None
