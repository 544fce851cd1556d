"""From the values of a draft to what a composite asks for: each mistake at its field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from slo.domain.composites import (
    DEPTH_MAX,
    PART_DAYS_MAX,
    PARTS_MAX,
    PARTS_MIN,
    WEIGHT_MAX,
    CompositeKind,
    Missing,
)
from slo.domain.definition import SLICE_MINUTES_MAX
from slo.domain.objective import ObjectiveError, parse_objective
from slo.domain.windows import Window, WindowError, parse_window

GROUP_LENGTH_MAX = 40
Mistakes = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PartDraft:
    """An SLO or another composite, by id. slice_target: None takes that of the part itself."""

    slo_id: int | None = None
    nested_id: int | None = None
    weight: int = 1
    slice_target: Decimal | str | float | None = None
    group: str = ""

    @property
    def key(self) -> tuple[int | None, int | None]:
        return self.slo_id, self.nested_id


@dataclass(frozen=True, slots=True)
class Asked:
    """The values of a sound draft. slice_targets: in the order of the parts."""

    kind: CompositeKind
    objective: Decimal
    window: Window
    slice_minutes: int
    missing: Missing
    slice_targets: tuple[Decimal | None, ...]


def asked_or_mistakes(
    *,
    kind: str,
    objective: Any,
    window: Any,
    slice_minutes: int | None,
    missing: str,
    parts: Sequence[PartDraft],
    kept_days: int,
) -> tuple[Asked | None, Mistakes]:
    """The values, or None and all mistakes as (field, message). kept_days: for how long minutes are kept."""
    mistakes: Mistakes = []
    found_kind = next((one for one in CompositeKind if one.value == kind), None)
    if found_kind is None:
        mistakes.append(("kind", f"must be one of {', '.join(CompositeKind)}, got {kind!r}"))
    found_missing = next((one for one in Missing if one.value == missing), None)
    if found_missing is None:
        mistakes.append(("missing", f"must be one of {', '.join(Missing)}, got {missing!r}"))
    elif found_missing is Missing.BAD and found_kind is CompositeKind.WEIGHTED:
        mistakes.append(
            ("missing", "a part that was not measured has no events to count as bad: choose no_data or left_out")
        )
    target = _target(objective, "objective", mistakes)
    found_window = _window(window, kept_days, mistakes)
    unit = _slice_minutes(found_kind, slice_minutes, mistakes)
    targets = _parts(parts, mistakes)
    if mistakes or found_kind is None or found_missing is None or target is None or found_window is None:
        return None, mistakes
    return Asked(found_kind, target, found_window, unit, found_missing, targets), []


def _target(value: Any, name: str, mistakes: Mistakes) -> Decimal | None:
    try:
        return parse_objective(value, name=name.rsplit(".", 1)[-1].replace("_", " "))
    except ObjectiveError as error:
        mistakes.append((name, str(error)))
    return None


def _window(notation: Any, kept_days: int, mistakes: Mistakes) -> Window | None:
    try:
        window = parse_window(notation)
    except WindowError as error:
        mistakes.append(("window", str(error)))
        return None
    if window.length_max > timedelta(days=kept_days):
        words = f"minutes are kept for {kept_days} days (SERIES_RETENTION_DAYS): make the window shorter"
        mistakes.append(("window", words))
    return window


def _slice_minutes(kind: CompositeKind | None, minutes: int | None, mistakes: Mistakes) -> int:
    if kind is CompositeKind.WEIGHTED:
        return 1
    if minutes is None or not 1 <= minutes <= SLICE_MINUTES_MAX:
        mistakes.append(("slice_minutes", f"must be 1 to {SLICE_MINUTES_MAX} minutes, such as 5"))
        return 1
    return minutes


def _parts(parts: Sequence[PartDraft], mistakes: Mistakes) -> tuple[Decimal | None, ...]:
    if not PARTS_MIN <= len(parts) <= PARTS_MAX:
        mistakes.append(("parts", f"must be {PARTS_MIN} to {PARTS_MAX}, got {len(parts)}"))
    seen: set[tuple[int | None, int | None]] = set()
    targets: list[Decimal | None] = []
    for place, part in enumerate(parts):
        at = f"parts.{place}"
        if (part.slo_id is None) == (part.nested_id is None):
            mistakes.append((f"{at}.slo", "name an SLO or a composite, and not both"))
        elif part.key in seen:
            mistakes.append((f"{at}.slo", "stands here twice: give the first one more weight instead"))
        seen.add(part.key)
        if not 1 <= part.weight <= WEIGHT_MAX:
            mistakes.append((f"{at}.weight", f"must be a whole number from 1 to {WEIGHT_MAX:,}"))
        if len(part.group) > GROUP_LENGTH_MAX:
            mistakes.append((f"{at}.group", f"must have at most {GROUP_LENGTH_MAX} characters"))
        targets.append(_slice_target(part.slice_target, at, mistakes))
    return tuple(targets)


def _slice_target(value: Any, at: str, mistakes: Mistakes) -> Decimal | None:
    if value is None:
        return None
    if str(value) in ("1", "1.0"):  # every event of the slice must be good: strict, but one can meet it
        return Decimal(1)
    return _target(value, f"{at}.slice_target", mistakes)


@dataclass(frozen=True, slots=True)
class Shape:
    """What other composites are made of, by id. below: composites within each. kinds: of each. slos: in each.

    days: how long the window of each is at most.
    """

    below: Mapping[int, Collection[int]]
    kinds: Mapping[int, CompositeKind]
    slos: Mapping[int, int]
    days: Mapping[int, float]


def nesting_mistakes(*, shape: Shape, own_id: int | None, asked: Asked, parts: Sequence[PartDraft]) -> Mistakes:
    """Circles, nesting that is too deep, kinds that do not fit, and more to read than one status may.

    Of the composite itself, and of those that are made of it already.
    """
    mistakes: Mistakes = []
    above = _levels_above(own_id, shape.below) if own_id is not None else 0
    slos = sum(1 for part in parts if part.slo_id is not None)
    for place, part in enumerate(parts):
        if part.nested_id is None:
            continue
        field = f"parts.{place}.slo"
        reached = _reached(part.nested_id, shape.below)
        if own_id is not None and own_id in reached:
            mistakes.append((field, "is made of this composite itself: take it out of there first"))
            continue
        depth = 1 + above + _depth(part.nested_id, shape.below)
        if depth > DEPTH_MAX:
            mistakes.append((field, f"nests {depth} deep: composites may stand in each other {DEPTH_MAX} deep"))
        if asked.kind is CompositeKind.WEIGHTED and any(
            shape.kinds.get(one) is not CompositeKind.WEIGHTED for one in reached
        ):
            mistakes.append((field, "counts slices, which cannot be weighed with events: name a weighted composite"))
        slos += _leaves(part.nested_id, shape)
    days = asked.window.length_max / timedelta(days=1)
    if not mistakes and slos * days > PART_DAYS_MAX:
        most = int(PART_DAYS_MAX / max(slos, 1))
        words = f"{slos} SLOs over {days:.0f} days are more than can be read at once: take {most} days or fewer parts"
        mistakes.append(("window", words))
    if not mistakes and own_id is not None:
        mistakes += _mistakes_above(shape, own_id, asked, parts, slos)
    return mistakes


def _mistakes_above(shape: Shape, own_id: int, asked: Asked, parts: Sequence[PartDraft], slos: int) -> Mistakes:
    """What a change would do to composites that are made of this one, which may be of teams that keep to themselves."""
    above = {pk for pk in shape.below if pk != own_id and own_id in _reached(pk, shape.below)}
    if asked.kind is not CompositeKind.WEIGHTED and any(
        shape.kinds.get(one) is CompositeKind.WEIGHTED for one in above
    ):
        return [("kind", "a weighted composite is made of this one, and cannot weigh slices with events")]
    nested = {part.nested_id for part in parts if part.nested_id is not None}
    own = slos - sum(_leaves(one, shape) for one in nested)
    changed = replace(shape, below={**shape.below, own_id: nested}, slos={**shape.slos, own_id: own})
    for one in sorted(above):
        count, days = _leaves(one, changed), shape.days.get(one, 0.0)
        if count * days > PART_DAYS_MAX and count > _leaves(one, shape):
            words = (
                f"a composite that is made of this one would read {count} SLOs over {days:.0f} days: too many at once"
            )
            return [("parts", words)]
    return []


def _reached(pk: int, below: Mapping[int, Collection[int]]) -> set[int]:
    found, waiting = {pk}, [pk]
    while waiting:
        for one in below.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found


def _depth(pk: int, below: Mapping[int, Collection[int]]) -> int:
    """Levels from *pk* down; there is no circle in what is stored."""
    return 1 + max((_depth(one, below) for one in below.get(pk, ())), default=0)


def _levels_above(pk: int, below: Mapping[int, Collection[int]]) -> int:
    above = [one for one, nested in below.items() if pk in nested]
    return max((1 + _levels_above(one, below) for one in above), default=0)


def _leaves(pk: int, shape: Shape) -> int:
    return shape.slos.get(pk, 0) + sum(_leaves(one, shape) for one in shape.below.get(pk, ()))
