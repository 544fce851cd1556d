"""Who is on call: one function behind paging, pages, calendars and the API.

Layers by priority, the highest number first (at the same number the one written first); each fills what those above
it leave open. Overrides change the outcome, the newest last and so on top. Everything is half-open: at the instant of
a hand-over the next person is on call.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from incidents.oncall.domain.rotation import Rotation
from reliability.kit.periods import Period
from reliability.kit.restrictions import Restriction, open_windows


@dataclass(frozen=True, slots=True)
class Layer:
    name: str
    priority: int
    rotation: Rotation
    restrictions: tuple[Restriction, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """What a schedule asks for. Every layer already knows its zone."""

    time_zone: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A definition in force from an instant on, until the next version."""

    effective_from: datetime
    definition: Definition


@dataclass(frozen=True, slots=True)
class OverrideRule:
    """`user_id` instead of whoever it would be, or only instead of `replaces`. A greater `order` is newer."""

    start: datetime
    end: datetime
    user_id: int
    order: int
    replaces: int | None = None


class Shift(NamedTuple):
    """[start, end) of one person. layer: where it comes from; of an override, the layer it covers ("" = a gap)."""

    start: datetime
    end: datetime
    user_id: int
    layer: str
    is_override: bool


# (start, end, user or None for a gap, layer, whether an override) in epoch seconds: plain, since a year of a fleet has
# half a million of them.
_Piece: TypeAlias = tuple[int, int, int | None, str, bool]
_start_of = itemgetter(0)


def final_shifts(*, versions: Sequence[Version], overrides: Sequence[OverrideRule] = (), period: Period) -> list[Shift]:
    """Who is on call within *period*, in order, cut to it. Adjacent equal shifts are one; gaps are left out."""
    return [
        Shift(_utc(start), _utc(end), user_id, layer, is_override)
        for start, end, user_id, layer, is_override in _pieces(
            versions, overrides, _seconds(period.start), _ceiling(period.end)
        )
        if user_id is not None
    ]


def on_call_at(*, versions: Sequence[Version], overrides: Sequence[OverrideRule] = (), at: datetime) -> tuple[int, ...]:
    """Who is on call at one instant: nobody, or one person.

    Boundaries fall on whole seconds, so the second that holds *at* has one answer.
    """
    second = _seconds(at)
    pieces = _pieces(versions, overrides, second, second + 1)
    return tuple(user_id for _, _, user_id, _, _ in pieces if user_id is not None)


def by_person(shifts: Iterable[Shift]) -> list[Shift]:
    """Shifts as a person lives them: adjacent ones of the same person are one, whatever layer they come from."""
    joined: list[Shift] = []
    for shift in shifts:
        last = joined[-1] if joined else None
        if last is not None and last.user_id == shift.user_id and last.end == shift.start:
            joined[-1] = last._replace(end=shift.end)
        else:
            joined.append(shift)
    return joined


def gaps(*, shifts: Iterable[Shift], period: Period) -> list[Period]:
    """Where *period* has no one on call; *shifts* are its final ones."""
    found: list[Period] = []
    reached = period.start
    for shift in shifts:
        if shift.start > reached:
            found.append(Period(reached, min(shift.start, period.end)))
        reached = max(reached, shift.end)
    if reached < period.end:
        found.append(Period(reached, period.end))
    return found


def layer_shifts(*, versions: Sequence[Version], period: Period) -> dict[str, list[Shift]]:
    """Each layer alone, without those above it and without overrides, in order of priority."""
    found: dict[str, list[Shift]] = {}
    for start, end, definition in _in_force(versions, _seconds(period.start), _ceiling(period.end)):
        for layer in _by_priority(definition):
            shifts = found.setdefault(layer.name, [])
            for begin, finish, user_id in _duty(layer, start, end):
                shifts.append(Shift(_utc(begin), _utc(finish), user_id, layer.name, is_override=False))
    return found


def _pieces(versions: Sequence[Version], overrides: Sequence[OverrideRule], start: int, end: int) -> list[_Piece]:
    """[start, end) without a hole: pieces without a user are gaps. Adjacent equal ones are merged."""
    pieces: list[_Piece] = []
    reached = start
    for begin, finish, definition in _in_force(versions, start, end):
        if begin > reached:
            pieces.append((reached, begin, None, "", False))
        pieces.extend(_of_definition(definition, begin, finish))
        reached = finish
    if reached < end:
        pieces.append((reached, end, None, "", False))
    for override in sorted(overrides, key=lambda rule: rule.order):
        begin, finish = max(_seconds(override.start), start), min(_ceiling(override.end), end)
        if begin < finish:
            pieces = _overridden(pieces, override, begin, finish)
    return _merged(pieces)


def _in_force(versions: Sequence[Version], start: int, end: int) -> list[tuple[int, int, Definition]]:
    ordered = sorted(versions, key=lambda version: version.effective_from)
    found = []
    for index, version in enumerate(ordered):
        until = _seconds(ordered[index + 1].effective_from) if index + 1 < len(ordered) else end
        begin, finish = max(_seconds(version.effective_from), start), min(until, end)
        if begin < finish:
            found.append((begin, finish, version.definition))
    return found


def _of_definition(definition: Definition, start: int, end: int) -> list[_Piece]:
    """Sweep the layers from the top; `open_periods` are what is still without anybody."""
    pieces: list[_Piece] = []
    open_periods = [(start, end)]
    for layer in _by_priority(definition):
        duty = _duty(layer, open_periods[0][0], open_periods[-1][1])
        open_periods = _fill(open_periods, duty, layer.name, pieces)
        if not open_periods:
            break
    pieces.extend([(begin, finish, None, "", False) for begin, finish in open_periods])
    pieces.sort(key=_start_of)
    return pieces


def _fill(
    open_periods: list[tuple[int, int]], duty: Iterable[tuple[int, int, int]], name: str, pieces: list[_Piece]
) -> list[tuple[int, int]]:
    """Put what *duty* has within the open periods into *pieces*; returns what stays open. Both go once from early
    to late."""
    left: list[tuple[int, int]] = []
    turns = iter(duty)
    turn = next(turns, None)
    for begin, finish in open_periods:
        reached = begin
        while turn is not None and turn[0] < finish:
            on, off, user_id = turn
            if off > reached:
                if on > reached:
                    left.append((reached, on))
                    reached = on
                if off > finish:
                    pieces.append((reached, finish, user_id, name, False))
                    reached = finish
                    break  # the rest of the turn belongs to the next open period
                pieces.append((reached, off, user_id, name, False))
                reached = off
            turn = next(turns, None)
        if reached < finish:
            left.append((reached, finish))
    return left


def _by_priority(definition: Definition) -> list[Layer]:
    return sorted(definition.layers, key=lambda layer: -layer.priority)


def _duty(layer: Layer, start: int, end: int) -> Iterable[tuple[int, int, int]]:
    """The turns of a layer's rotation while its restrictions are open."""
    if not layer.restrictions:
        return layer.rotation.turns(start, end)
    return _restricted(layer, start, end)


def _restricted(layer: Layer, start: int, end: int) -> list[tuple[int, int, int]]:
    duty: list[tuple[int, int, int]] = []
    turns = layer.rotation.turns(start, end)
    turn = next(turns, None)
    zone_name = layer.rotation.zone_name
    for opened, closed in open_windows(layer.restrictions, zone_name=zone_name, start=start, end=end):
        while turn is not None and turn[1] <= opened:
            turn = next(turns, None)
        while turn is not None and turn[0] < closed:
            on, off, user_id = turn
            duty.append((on if on > opened else opened, off if off < closed else closed, user_id))
            if off > closed:
                break
            turn = next(turns, None)
        if turn is None:
            break
    return duty


def _overridden(pieces: list[_Piece], override: OverrideRule, start: int, end: int) -> list[_Piece]:
    """The pieces with [start, end) changed; all others stay as they are."""
    first = bisect_right(pieces, start, key=_start_of) - 1
    last = bisect_left(pieces, end, key=_start_of)
    changed: list[_Piece] = []
    for piece in pieces[first:last]:
        begin, finish, user_id, layer, is_override = piece
        if override.replaces is not None and user_id != override.replaces:
            changed.append(piece)
            continue
        if begin < start:
            changed.append((begin, start, user_id, layer, is_override))
        changed.append((max(begin, start), min(finish, end), override.user_id, layer, True))
        if finish > end:
            changed.append((end, finish, user_id, layer, is_override))
    return [*pieces[:first], *changed, *pieces[last:]]


def _merged(pieces: list[_Piece]) -> list[_Piece]:
    merged: list[_Piece] = []
    before: _Piece = (-1, -1, None, "", False)
    for piece in pieces:
        if piece[0] == before[1] and piece[2:] == before[2:]:
            before = (before[0], piece[1], *piece[2:])
            merged[-1] = before
        else:
            before = piece
            merged.append(piece)
    return merged


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp() // 1)


def _ceiling(instant: datetime) -> int:
    return -int(-instant.timestamp() // 1)


# Schedules share zones, and so the instants at which they hand over.
@lru_cache(maxsize=65_536)
def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
