"""The series store: minutes in, prefix sums kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import numpy as np
from django.conf import settings
from django.db import transaction

from reliability.kit.instants import from_minute, to_minute
from slo.domain import prefixes
from slo.domain.chunks import HOUR_MINUTES, ChunkError, coverage_bits, coverage_masks, pack
from slo.domain.minutes import BoolArray, FloatArray, IntArray, MinuteSeries, sound
from slo.selectors import chunks
from slo.services import chunk_rows

# Clocks of senders run a little ahead; more is a wrong clock, and would make every window end in the future.
AHEAD_MAX = timedelta(minutes=5)


class MinuteCounts(Protocol):
    """Counts per minute as sources answer them: arrays of one length, one entry per minute from start_minute."""

    @property
    def start_minute(self) -> int: ...
    @property
    def good(self) -> FloatArray: ...
    @property
    def valid(self) -> FloatArray: ...
    @property
    def covered(self) -> BoolArray: ...


class StoreMode(StrEnum):
    """How new minutes meet stored ones. Minutes that are not covered change nothing in either mode."""

    REPLACE = "replace"
    ADD = "add"


class MinuteTooFullError(ValueError):
    """Adding would make minutes hold more than settings.COUNT_MAX; places are their (SLI id, epoch minute)."""

    def __init__(self, places: set[tuple[int, int]]) -> None:
        super().__init__(f"{len(places)} minutes would hold more than {settings.COUNT_MAX:,} events")
        self.places = places


@dataclass(frozen=True, slots=True)
class StoreResult:
    """What a store did, in minutes.

    refused: outside acceptable_minutes(). faulty: see sound(). unknown_sli_ids: deleted meanwhile.
    """

    stored: int = 0
    refused: int = 0
    faulty: int = 0
    unknown_sli_ids: frozenset[int] = field(default=frozenset())


def acceptable_minutes(*, now: datetime) -> tuple[int, int]:
    """The epoch minutes [first, end) that may be stored: within retention, at most five minutes ahead of now."""
    oldest = to_minute(now - timedelta(days=settings.SERIES_RETENTION_DAYS))
    return -(-oldest // HOUR_MINUTES) * HOUR_MINUTES, to_minute(now + AHEAD_MAX) + 1


def store(*, sli_id: int, counts: MinuteCounts, now: datetime, mode: StoreMode = StoreMode.REPLACE) -> StoreResult:
    """Store the covered minutes of *counts* for one SLI, in one transaction."""
    return store_many(counts={sli_id: counts}, now=now, mode=mode)


def store_many(
    *, counts: Mapping[int, MinuteCounts], now: datetime, mode: StoreMode = StoreMode.REPLACE
) -> StoreResult:
    """Store counts of many SLIs (id to counts) in one transaction and a fixed number of statements."""
    ids, minutes, good, valid = [], [], [], []
    for sli_id, one in counts.items():
        covered = np.flatnonzero(one.covered)
        ids.append(np.full(len(covered), sli_id, dtype=np.int64))
        minutes.append(one.start_minute + covered)
        good.append(np.asarray(one.good, dtype=np.float64)[covered])
        valid.append(np.asarray(one.valid, dtype=np.float64)[covered])
    if not ids:
        return StoreResult()
    return store_points(
        sli_ids=np.concatenate(ids),
        minutes=np.concatenate(minutes).astype(np.int64),
        good=np.concatenate(good),
        valid=np.concatenate(valid),
        now=now,
        mode=mode,
    )


def store_points(
    *,
    sli_ids: IntArray,
    minutes: IntArray,
    good: FloatArray,
    valid: FloatArray,
    now: datetime,
    mode: StoreMode = StoreMode.REPLACE,
) -> StoreResult:
    """Store single minutes given as columns (the intake path); of a repeated pair the last wins, or all add up.

    Raises MinuteTooFullError, and stores nothing, when a sum would lie above the bound of one minute.
    """
    clean = sound(MinuteSeries(0, good, valid, np.ones(len(good), dtype=np.bool_)), count_max=settings.COUNT_MAX)
    first, end = acceptable_minutes(now=now)
    timely = (minutes >= first) & (minutes < end)
    keep = timely & clean.series.covered
    faults = _count_by_id(sli_ids[timely & ~clean.series.covered])
    arrived = _gather(
        sli_ids=sli_ids[keep],
        minutes=minutes[keep],
        good=clean.series.good[keep],
        valid=clean.series.valid[keep],
        mode=mode,
    )
    with transaction.atomic():
        heads = chunk_rows.lock_heads(sorted(set(np.unique(arrived.sli_ids).tolist()) | set(faults)))
        unknown = frozenset(set(arrived.sli_ids.tolist()) - set(heads))
        if unknown:
            arrived = arrived.only(np.isin(arrived.sli_ids, list(heads)))
        _write(arrived=arrived, heads=heads, faults=faults, mode=mode)
    return StoreResult(
        stored=int(np.bitwise_count(arrived.coverage).sum()),
        refused=int(np.count_nonzero(~timely)),
        faulty=clean.faulty_minutes,
        unknown_sli_ids=unknown,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Arrived:
    """What arrived, by (SLI, hour): good and valid of shape (n, 60), sorted by SLI and hour."""

    sli_ids: IntArray
    hours: IntArray
    good: FloatArray
    valid: FloatArray
    coverage: IntArray

    def only(self, rows: BoolArray) -> _Arrived:
        return _Arrived(self.sli_ids[rows], self.hours[rows], self.good[rows], self.valid[rows], self.coverage[rows])


def _gather(*, sli_ids: IntArray, minutes: IntArray, good: FloatArray, valid: FloatArray, mode: StoreMode) -> _Arrived:
    hours, places = np.divmod(minutes, HOUR_MINUTES)
    keys, rows = np.unique(chunks.key_of(sli_ids, hours), return_inverse=True)
    shape = (len(keys), HOUR_MINUTES)
    good_sums, valid_sums, covered = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    if mode is StoreMode.ADD:
        np.add.at(good_sums, (rows, places), good)
        np.add.at(valid_sums, (rows, places), valid)
    else:
        good_sums[rows, places], valid_sums[rows, places] = good, valid
    covered[rows, places] = True
    ids, key_hours = chunks.key_parts(keys)
    return _Arrived(ids, key_hours, good_sums, valid_sums, coverage_masks(covered))


def _write(*, arrived: _Arrived, heads: dict[int, prefixes.Head], faults: dict[int, int], mode: StoreMode) -> None:
    stored = _stored_at(arrived)
    came = coverage_bits(arrived.coverage)
    if mode is StoreMode.ADD:
        good, valid = stored.good + arrived.good, stored.valid + arrived.valid
        _refuse_too_full(arrived, valid)
    else:
        good, valid = np.where(came, arrived.good, stored.good), np.where(came, arrived.valid, stored.valid)
    coverage = stored.coverage | arrived.coverage
    # A repeated read of what is stored already writes nothing.
    changed = (good != stored.good).any(axis=1) | (valid != stored.valid).any(axis=1) | (coverage != stored.coverage)
    change = np.stack(
        (
            good.sum(axis=1) - stored.good.sum(axis=1),
            valid.sum(axis=1) - stored.valid.sum(axis=1),
            (np.bitwise_count(coverage) - np.bitwise_count(stored.coverage).astype(np.float64)),
        ),
        axis=1,
    )
    before: FloatArray = np.column_stack(
        (stored.good_before, stored.valid_before, stored.minutes_before.astype(np.float64))
    )
    rows: list[chunk_rows.ChunkRow] = []
    shifts: list[prefixes.Shift] = []
    head_rows: list[chunk_rows.HeadRow] = []
    for start, end in _runs(arrived.sli_ids):
        own = start + np.flatnonzero(changed[start:end])
        if not len(own):
            continue
        sli_id, hours = int(arrived.sli_ids[start]), arrived.hours[own]
        plan = prefixes.plan(head=heads[sli_id], hours=hours, before=before[own], change=change[own])
        until = chunk_rows.coverage_end(hours, coverage[own])
        head_rows.append(chunk_rows.HeadRow(plan.head, until, faults.pop(sli_id, 0)))
        shifts += plan.shifts
        rows += (
            (sli_id, hour, pack(good[row]), pack(valid[row]), int(coverage[row]), sums[0], sums[1], int(sums[2]))
            for row, hour, sums in zip(own.tolist(), hours.tolist(), plan.before.tolist(), strict=True)
        )
        rows += (
            (sli_id, hour, b"", b"", 0, sums[0], sums[1], int(sums[2]))
            for hour, sums in zip(plan.gap_hours.tolist(), plan.gap_before.tolist(), strict=True)
        )
    chunk_rows.shift_prefixes(shifts)
    chunk_rows.upsert_chunks(rows)
    chunk_rows.write_heads(head_rows)
    chunk_rows.count_faults(faults)


def _refuse_too_full(arrived: _Arrived, valid: FloatArray) -> None:
    rows, places = np.nonzero(valid > settings.COUNT_MAX)
    if len(rows):
        minutes = arrived.hours[rows] * HOUR_MINUTES + places
        raise MinuteTooFullError(set(zip(arrived.sli_ids[rows].tolist(), minutes.tolist(), strict=True)))


def _stored_at(arrived: _Arrived) -> chunks.Chunks:
    """The stored chunks at the places of *arrived*, zeros where there is none.

    Raises ChunkError for a damaged one: what it holds is part of the sums after it, until they are repaired.
    """
    keys = chunks.key_of(arrived.sli_ids, arrived.hours)
    found = chunks.read_keys(keys)
    places, rows = chunks.match(keys, found)
    if found.damaged[rows].any():
        hour = from_minute(int(found.hours[rows][found.damaged[rows]][0]) * HOUR_MINUTES)
        raise ChunkError(f"the stored hour from {hour} is damaged: mend it with manage.py series repair")
    shape = (len(keys), HOUR_MINUTES)
    blank = chunks.Chunks(
        sli_ids=arrived.sli_ids,
        hours=arrived.hours,
        good=np.zeros(shape),
        valid=np.zeros(shape),
        coverage=np.zeros(len(keys), dtype=np.int64),
        good_before=np.zeros(len(keys)),
        valid_before=np.zeros(len(keys)),
        minutes_before=np.zeros(len(keys), dtype=np.int64),
        damaged=np.zeros(len(keys), dtype=np.bool_),
    )
    for name in ("good", "valid", "coverage", "good_before", "valid_before", "minutes_before"):
        getattr(blank, name)[places] = getattr(found, name)[rows]
    return blank


def _runs(sli_ids: IntArray) -> list[tuple[int, int]]:
    """The [start, end) of each run of equal ids in a sorted array."""
    if not len(sli_ids):
        return []
    starts = np.concatenate(([0], np.flatnonzero(np.diff(sli_ids)) + 1))
    return list(zip(starts.tolist(), [*starts[1:].tolist(), len(sli_ids)], strict=True))


def _count_by_id(sli_ids: IntArray) -> dict[int, int]:
    ids, counts = np.unique(sli_ids, return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))
