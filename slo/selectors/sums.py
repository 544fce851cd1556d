"""Sums over many windows of many SLIs: two edges each, however long the window is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from slo.domain import residue
from slo.domain.chunks import HOUR_MINUTES
from slo.domain.minutes import FloatArray, IntArray
from slo.selectors import chunks

_BASE, _TOTAL = -2, -1  # "hours" under which the two ends of the head come out of the same statement


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Good, valid and measured minutes, arrays of one shape; the slacks say by how much rounding may have moved them.

    Differences are exact for whole counts, and free of the residue of rounding for fractional ones.
    """

    good: FloatArray
    valid: FloatArray
    minutes: IntArray
    good_slack: FloatArray
    valid_slack: FloatArray

    def __sub__(self, other: Sums) -> Sums:
        slacks = np.maximum(self.good_slack, other.good_slack), np.maximum(self.valid_slack, other.valid_slack)
        good, valid = residue.without_residue(
            good=self.good - other.good, valid=self.valid - other.valid, good_slack=slacks[0], valid_slack=slacks[1]
        )
        return Sums(good, valid, self.minutes - other.minutes, *slacks)

    @classmethod
    def zeros(cls, shape: tuple[int, ...]) -> Sums:
        good, valid, good_slack, valid_slack = np.zeros((4, *shape))
        return cls(good, valid, np.zeros(shape, dtype=np.int64), good_slack, valid_slack)

    def at(self, index: Any) -> Sums:
        return Sums(*(column[index] for column in self._columns()))

    def reshaped(self, shape: tuple[int, ...]) -> Sums:
        return Sums(*(column.reshape(shape) for column in self._columns()))

    def _columns(self) -> tuple[Any, ...]:
        return self.good, self.valid, self.minutes, self.good_slack, self.valid_slack


def window_sums(*, sli_ids: IntArray, starts: IntArray, ends: IntArray) -> Sums:
    """The sums over [start, end) for arrays of one shape (or broadcastable): SLI ids and epoch minutes.

    One statement reads the hours of the edges; the cost does not depend on the length of the windows.
    """
    sli_ids, starts, ends = np.broadcast_arrays(sli_ids, starts, ends)
    both = running_sums(sli_ids=np.stack((sli_ids, sli_ids)), minutes=np.stack((np.maximum(starts, ends), starts)))
    return both.at(0) - both.at(1)


def running_sums(*, sli_ids: IntArray, minutes: IntArray) -> Sums:
    """The sums of everything before each epoch minute, from an origin that is the same for all edges of one SLI."""
    sli_ids, minutes = np.broadcast_arrays(sli_ids, minutes)
    shape = minutes.shape
    ids, edges = sli_ids.ravel().astype(np.int64), np.maximum(minutes.ravel().astype(np.int64), 0)
    hours, offsets = np.divmod(edges, HOUR_MINUTES)
    keys, positions = np.unique(chunks.key_of(ids, hours), return_inverse=True)
    base, total, found = _read(keys=keys, sli_ids=np.unique(ids))

    known = np.unique(ids)
    rows_of_ids = np.searchsorted(known, ids)
    answer = _head_sums(hours=hours, base=base, total=total, rows=rows_of_ids)
    row_of_key = np.full(len(keys), -1, dtype=np.int64)
    places, found_rows = chunks.match(keys, found)
    row_of_key[places] = found_rows
    rows = row_of_key[positions]
    stored = rows >= 0
    if stored.any():
        _add_hours(answer, where=np.flatnonzero(stored), rows=rows[stored], offsets=offsets[stored], found=found)
    slacks = (
        residue.slack_of(sums=sums, reach=np.maximum(np.abs(first), np.abs(last))[rows_of_ids])
        for sums, first, last in zip(answer[:2], base.sums[:2], total.sums[:2], strict=True)
    )
    return Sums(*answer, *slacks).reshaped(shape)


class _Columns(NamedTuple):
    """Running sums in the making."""

    good: FloatArray
    valid: FloatArray
    minutes: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """One end of the heads of the SLIs asked for: the hour it stands at, and the running sums there."""

    hours: IntArray
    sums: _Columns


def _head_sums(*, hours: IntArray, base: _Ends, total: _Ends, rows: IntArray) -> _Columns:
    """Edges beyond what is stored: nothing before the first hour, everything after the last."""
    after = hours > total.hours[rows]
    return _Columns(
        np.where(after, total.sums.good[rows], base.sums.good[rows]),
        np.where(after, total.sums.valid[rows], base.sums.valid[rows]),
        np.where(after, total.sums.minutes[rows], base.sums.minutes[rows]),
    )


def _add_hours(answer: _Columns, *, where: IntArray, rows: IntArray, offsets: IntArray, found: chunks.Chunks) -> None:
    answer.good[where] = found.good_before[rows] + _partial(found.good, rows, offsets)
    answer.valid[where] = found.valid_before[rows] + _partial(found.valid, rows, offsets)
    measured = found.coverage[rows] & ((np.int64(1) << offsets) - 1)
    answer.minutes[where] = found.minutes_before[rows] + np.bitwise_count(measured)


def _partial(values: FloatArray, rows: IntArray, offsets: IntArray) -> FloatArray:
    """The sum of the first `offset` minutes of each row."""
    sums = np.zeros(len(rows))
    begun = np.flatnonzero(offsets)
    if len(begun):
        # reduceat also sums what lies between one stretch and the next: sorted, that is each row once.
        begun = begun[np.argsort(rows[begun], kind="stable")]
        starts = rows[begun] * HOUR_MINUTES
        bounds = np.stack((starts, starts + offsets[begun]), axis=1).ravel()
        sums[begun] = np.add.reduceat(values.ravel(), bounds)[::2]
    return sums


def _read(*, keys: IntArray, sli_ids: IntArray) -> tuple[_Ends, _Ends, chunks.Chunks]:
    """Heads and chunks by one statement, so that a writer between two statements cannot tear them apart."""
    if not len(keys):
        return _ends([], sli_ids), _ends([], sli_ids), chunks.to_chunks([])
    of_keys, parameters = chunks.rows_of_keys(keys)
    is_asked = chunks.ids_among("id")
    ids = chunks.list_parameter(sli_ids)
    rows = chunks.fetch(
        "SELECT c.sli_id, c.hour, c.good, c.valid, c.coverage, c.good_before, c.valid_before, c.minutes_before "  # noqa: S608  constants only
        f"{of_keys} "
        f"UNION ALL SELECT id, {_BASE}, NULL, NULL, first_hour, base_good, base_valid, base_minutes "
        f"FROM slo_sli WHERE first_hour IS NOT NULL AND {is_asked} "
        f"UNION ALL SELECT id, {_TOTAL}, NULL, NULL, last_hour, total_good, total_valid, total_minutes "
        f"FROM slo_sli WHERE first_hour IS NOT NULL AND {is_asked}",
        [*parameters, ids, ids],
    )
    stored: list[tuple[Any, ...]] = []
    ends: dict[int, list[tuple[Any, ...]]] = {_BASE: [], _TOTAL: []}
    for row in rows:
        (stored if row[1] >= 0 else ends[row[1]]).append(row)
    return _ends(ends[_BASE], sli_ids), _ends(ends[_TOTAL], sli_ids), chunks.to_chunks(stored)


def _ends(rows: list[tuple[Any, ...]], sli_ids: IntArray) -> _Ends:
    """The ends in the order of *sli_ids*; an SLI without data has zeros everywhere."""
    hours = np.zeros(len(sli_ids), dtype=np.int64)
    good, valid = np.zeros(len(sli_ids)), np.zeros(len(sli_ids))
    minutes = np.zeros(len(sli_ids), dtype=np.int64)
    if rows:
        places = np.searchsorted(sli_ids, np.array([row[0] for row in rows], dtype=np.int64))
        hours[places], minutes[places] = [row[4] for row in rows], [row[7] for row in rows]
        good[places], valid[places] = [row[5] for row in rows], [row[6] for row in rows]
    return _Ends(hours, _Columns(good, valid, minutes))
