"""The minutes of one line of a ledger: which of them spent, and how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import overload

import numpy as np

from reliability.kit.instants import from_minute
from slo.domain.causes import UNKNOWN, Cause, LineKey
from slo.domain.ledger import factors
from slo.domain.ledger_posting import Judged, lines_of_minutes, spent_per_minute
from slo.domain.minutes import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class MinuteRow:
    """One minute: its bad of valid events, and what it spent as a share of the period's budget, rounded to a float."""

    at: datetime
    bad: float
    valid: float
    consumed: float


@dataclass(frozen=True, slots=True, eq=False)
class MinuteRows(Sequence[MinuteRow]):
    """The rows, oldest first, made when they are asked for: a line may have a hundred thousand."""

    minutes: IntArray
    bad: FloatArray
    valid: FloatArray
    consumed: FloatArray

    def __len__(self) -> int:
        return len(self.minutes)

    @overload
    def __getitem__(self, place: int) -> MinuteRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[MinuteRow]: ...
    def __getitem__(self, place: int | slice) -> MinuteRow | list[MinuteRow]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return MinuteRow(
            from_minute(int(self.minutes[place])),
            float(self.bad[place]),
            float(self.valid[place]),
            float(self.consumed[place]),
        )


def minutes_of_line(*, judged: Sequence[Judged], causes: Sequence[Cause], line: LineKey) -> MinuteRows:
    """Minutes that spent something and belong to *line*; UNKNOWN are those that no cause has."""
    wanted = [int(cause.line == line) for cause in causes]
    parts: list[tuple[IntArray, FloatArray, FloatArray, FloatArray]] = []
    for one, factor in zip(judged, factors(judged=judged), strict=True):
        if line == UNKNOWN:
            of_others = lines_of_minutes(judged=one, causes=causes, line_of_cause=[1] * len(causes))
            chosen = (one.weights > 0) & (of_others == 0)
        else:
            chosen = (one.weights > 0) & (lines_of_minutes(judged=one, causes=causes, line_of_cause=wanted) == 1)
        places = np.flatnonzero(chosen)
        valid = one.minutes.valid[places]
        parts.append(
            (
                places + one.minutes.start_minute,
                valid - one.minutes.good[places],
                valid,
                spent_per_minute(judged=one, chosen=chosen) * float(factor),
            )
        )
    if not parts:
        return MinuteRows(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), np.zeros(0))
    minutes, bad, valid, consumed = (np.concatenate(column) for column in zip(*parts, strict=True))
    return MinuteRows(minutes, bad, valid, consumed)
