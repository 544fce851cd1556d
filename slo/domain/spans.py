"""Exclusions as disjoint spans of minutes: sums over windows are corrected by them without reading minutes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from slo.domain.exclusions import Exclusion, ExclusionEffect, touched_minutes

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spans:
    """Disjoint, sorted [start, end) spans of epoch minutes by effect; excluded wins where both apply."""

    excluded: tuple[Span, ...] = ()
    up: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.excluded or self.up)


def spans_of(exclusions: Iterable[Exclusion]) -> Spans:
    """The minutes that *exclusions* touch, each once."""
    found: dict[ExclusionEffect, list[Span]] = {effect: [] for effect in ExclusionEffect}
    for exclusion in exclusions:
        found[exclusion.effect].append(touched_minutes(exclusion.period))
    excluded = _merged(found[ExclusionEffect.EXCLUDED])
    return Spans(excluded, _without(_merged(found[ExclusionEffect.COUNTED_AS_UP]), excluded))


def clipped(spans: Iterable[Span], *, start_minute: int, end_minute: int) -> list[Span]:
    """The parts of *spans* inside [start_minute, end_minute)."""
    return [
        (max(start, start_minute), min(end, end_minute))
        for start, end in spans
        if start < end_minute and end > start_minute
    ]


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _without(spans: tuple[Span, ...], holes: tuple[Span, ...]) -> tuple[Span, ...]:
    kept: list[Span] = []
    for start, end in spans:
        at = start
        for hole_start, hole_end in clipped(holes, start_minute=start, end_minute=end):
            if at < hole_start:
                kept.append((at, hole_start))
            at = hole_end
        if at < end:
            kept.append((at, end))
    return tuple(kept)
