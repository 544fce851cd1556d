"""What the product counts itself: rooms tell at start-up, so that ratios can be made of it.

    register_count(Count("incidents", "Incidents", incidents_counted))

`incidents_counted(caller=…, scope=…, buckets=…)` returns an amount for each bucket, only of what *caller* may read, by
a fixed number of queries; or None where it says nothing of a single service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from reliability.measures.domain.amounts import Amount


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which services and team; each that is empty narrows nothing."""

    service_id: int | None = None
    team_slug: str = ""


class CountedOf(Protocol):
    def __call__(self, *, caller: Caller, scope: Scope, buckets: Sequence[Period]) -> Sequence[Amount] | None: ...


@dataclass(frozen=True, slots=True)
class Count:
    slug: str
    title: str
    amounts: CountedOf


_COUNTS: dict[str, Count] = {}


def register_count(count: Count) -> None:
    """Add one. Raises ValueError when another has its slug."""
    if _COUNTS.setdefault(count.slug, count) != count:
        raise ValueError(f"there is a count {count.slug!r} already: choose another slug")


def title_of(name: str) -> str:
    """Of what is counted or told, as people read it: page_views is "Page views"."""
    return _COUNTS[name].title if name in _COUNTS else name.replace("_", " ").capitalize()


def counts() -> dict[str, Count]:
    return dict(_COUNTS)
