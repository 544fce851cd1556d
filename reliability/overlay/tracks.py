"""Tracks of the timeline: each room tells at start-up what it knows, once for the timeline and the objectives' charts.

    register_track(Track("incidents", "Incidents", Shape.BAND, incident_items, order=40, marks=Kind.INCIDENT))

`incident_items(caller=…, scope=…, limit=…)` returns at most *limit* items that touch the period of the scope, the
newest, and only what *caller* may see; by a fixed number of queries. With `marks`, the same items are bands on the
charts of an objective.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from reliability.overlay.domain.items import Bounded, Item, Shape, bounded
from slo.domain.marks import Kind, Mark
from slo.models import Slo

ITEMS_MAX = 300  # of each track on a page


@dataclass(frozen=True, slots=True)
class Scope:
    """What a timeline is of.

    service_ids: only what belongs to these; None: to any that the reader may see. team_slug: only what this team
    owns. environment: only deployments there; blank: production. slo: only what this objective is touched by, its
    service and those in service_ids.
    """

    period: Period
    service_ids: frozenset[int] | None = None
    team_slug: str = ""
    environment: str = ""
    slo: Slo | None = None


class ItemsOf(Protocol):
    def __call__(self, *, caller: Caller, scope: Scope, limit: int) -> Sequence[Item]: ...


@dataclass(frozen=True, slots=True)
class Track:
    """noun: of one of its items, "incident"."""

    slug: str
    title: str
    noun: str
    shape: Shape
    items: ItemsOf
    order: int
    marks: Kind | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A track with what it tells of a scope."""

    track: Track
    items: Bounded


_TRACKS: dict[str, Track] = {}


def register_track(track: Track) -> None:
    """Add a track. Raises ValueError when another has its slug."""
    if _TRACKS.setdefault(track.slug, track) != track:
        raise ValueError(f"there is a track {track.slug!r} already: choose another slug")


def tracks() -> list[Track]:
    return sorted(_TRACKS.values(), key=lambda track: (track.order, track.slug))


def told(
    *, caller: Caller, scope: Scope, slugs: Collection[str] | None = None, items_max: int = ITEMS_MAX
) -> list[Told]:
    """What each track tells of *scope*, in order. slugs: only these tracks; None: all."""
    if scope.period.is_empty:
        return []
    return [
        Told(
            track,
            bounded(track.items(caller=caller, scope=scope, limit=items_max + 1), period=scope.period, limit=items_max),
        )
        for track in tracks()
        if slugs is None or track.slug in slugs
    ]


def marks_of_tracks(*, caller: Caller, slo: Slo, period: Period, limit: int) -> list[Mark]:
    """What the tracks tell that have a place on the charts of an objective."""
    scope = Scope(period=period, slo=slo)
    found = [
        Mark(kind=track.marks, start=item.start, end=item.end, label=item.label, url=item.url)
        for track in tracks()
        if track.marks is not None
        for item in track.items(caller=caller, scope=scope, limit=limit)
    ]
    return sorted(found, key=lambda mark: (mark.start, mark.kind, mark.url), reverse=True)[:limit]
