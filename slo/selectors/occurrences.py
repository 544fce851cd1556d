"""Events in many windows of many SLIs, exclusions taken out: sums of edges, no minute is read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from slo.domain.minutes import FloatArray, IntArray
from slo.domain.spans import Spans, clipped
from slo.domain.totals import Totals
from slo.selectors.sums import Sums, window_sums


@dataclass(frozen=True, slots=True, eq=False)
class WindowTotals:
    """Good, valid, measured minutes and minutes that count, each of shape (SLIs, windows)."""

    good: FloatArray
    valid: FloatArray
    covered_minutes: IntArray
    minutes: IntArray

    def one(self, row: int, column: int = 0) -> Totals:
        """A single window as the value the domain computes with."""
        return Totals(
            float(self.good[row, column]),
            float(self.valid[row, column]),
            int(self.covered_minutes[row, column]),
            int(self.minutes[row, column]),
        )


def totals_of_windows(
    *, sli_ids: IntArray, starts: IntArray, ends: IntArray, spans: Sequence[Spans] | None = None
) -> WindowTotals:
    """Totals over [start, end) in epoch minutes; starts and ends of shape (n, windows), sli_ids and spans of length n.

    Excluded spans are taken out; in spans that count as up all valid events are good.
    """
    corrections = _Corrections.of(spans or (), starts=starts, ends=ends)
    shape = starts.shape
    rows = np.concatenate((np.repeat(np.arange(shape[0]), shape[1]), corrections.rows))
    sums = window_sums(
        sli_ids=sli_ids[rows],
        starts=np.concatenate((starts.ravel(), corrections.starts)),
        ends=np.concatenate((ends.ravel(), corrections.ends)),
    )
    whole, minutes = sums.at(slice(None, starts.size)).reshaped(shape), np.maximum(ends - starts, 0)
    if len(corrections.rows):
        whole -= corrections.parts(sums.at(slice(starts.size, None)), shape)
        out = corrections.is_excluded
        np.add.at(minutes, corrections.places, np.where(out, corrections.starts - corrections.ends, 0))
    return WindowTotals(whole.good, whole.valid, whole.minutes, minutes)


@dataclass(frozen=True, slots=True, eq=False)
class _Corrections:
    """The parts of spans inside windows: which window (row, column), which minutes, and what they do."""

    rows: IntArray
    columns: IntArray
    starts: IntArray
    ends: IntArray
    is_excluded: np.ndarray

    @classmethod
    def of(cls, spans: Sequence[Spans], *, starts: IntArray, ends: IntArray) -> _Corrections:
        found: list[tuple[int, int, int, int, bool]] = []
        for row, own in enumerate(spans):
            if not own:
                continue
            for column, (start, end) in enumerate(zip(starts[row].tolist(), ends[row].tolist(), strict=True)):
                found += (
                    (row, column, a, b, True) for a, b in clipped(own.excluded, start_minute=start, end_minute=end)
                )
                found += ((row, column, a, b, False) for a, b in clipped(own.up, start_minute=start, end_minute=end))
        columns = np.array(found, dtype=np.int64).reshape(-1, 5).T
        return cls(columns[0], columns[1], columns[2], columns[3], columns[4].astype(np.bool_))

    @property
    def places(self) -> tuple[IntArray, IntArray]:
        return self.rows, self.columns

    def parts(self, sums: Sums, shape: tuple[int, ...]) -> Sums:
        """What each window loses: excluded parts whole; of parts that count as up their bad events, below zero."""
        parts = Sums.zeros(shape)
        out = self.is_excluded
        np.add.at(parts.good, self.places, np.where(out, sums.good, sums.good - sums.valid))
        np.add.at(parts.valid, self.places, np.where(out, sums.valid, 0.0))
        np.add.at(parts.minutes, self.places, np.where(out, sums.minutes, 0))
        np.maximum.at(parts.good_slack, self.places, np.maximum(sums.good_slack, sums.valid_slack))
        np.maximum.at(parts.valid_slack, self.places, sums.valid_slack)
        return parts
