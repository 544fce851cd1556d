"""Rows of the series store as arrays: the few statements all reading of minutes goes through.

A statement is one snapshot on both databases: whatever must agree (chunks and head) is read by one statement.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import structlog
from django.db import connection
from django.db.models.expressions import RawSQL

from slo.domain.chunks import ChunkError, damaged_among, unpack_many
from slo.domain.minutes import BoolArray, FloatArray, IntArray

logger = structlog.get_logger(__name__)

LOGGED_MAX = 20  # damaged hours named in one line of the log

_CHUNKS = "slo_hourchunk"
_HOUR_BITS = 32
_HOUR_MASK = (1 << _HOUR_BITS) - 1

_COLUMNS = "c.sli_id, c.hour, c.good, c.valid, c.coverage, c.good_before, c.valid_before, c.minutes_before"
_COVERAGE = 4  # its place among the columns; prefix sums follow
_MINUTES_ONLY = "c.sli_id, c.hour, c.good, c.valid, c.coverage"


@dataclass(frozen=True, slots=True, eq=False)
class Chunks:
    """Hour rows as columns of one length n; good and valid have shape (n, 60).

    damaged: rows whose bytes are no hour. They are read as not measured: they spend nothing and prove nothing.
    """

    sli_ids: IntArray
    hours: IntArray
    good: FloatArray
    valid: FloatArray
    coverage: IntArray
    good_before: FloatArray
    valid_before: FloatArray
    minutes_before: IntArray
    damaged: BoolArray

    def __len__(self) -> int:
        return len(self.sli_ids)


def key_of(sli_ids: IntArray, hours: IntArray) -> IntArray:
    """One sortable integer per (SLI, hour); hours fit 32 bits until the year 491,936."""
    keys: IntArray = (sli_ids << _HOUR_BITS) | hours
    return keys


def key_parts(keys: IntArray) -> tuple[IntArray, IntArray]:
    """The SLI ids and hours of keys."""
    return keys >> _HOUR_BITS, keys & _HOUR_MASK


def rows_of_keys(keys: IntArray) -> tuple[str, list[Any]]:
    """SQL after SELECT (FROM and WHERE) for the chunks of *keys*, and its parameters.

    Fleets ask for the same hours of all SLIs: that is written as a product, which is read twice as fast as pairs. The
    product may hold rows that were not asked for: see match().
    """
    ids, hours = (np.unique(part) for part in key_parts(keys))
    if len(ids) * len(hours) <= 2 * len(keys):
        return (
            f"FROM {_CHUNKS} c WHERE c.sli_id {_among()} AND c.hour {_among()}",
            [list_parameter(ids), list_parameter(hours)],
        )
    if connection.vendor == "postgresql":
        table = "unnest(%s::bigint[], %s::bigint[]) AS k(sli_id, hour)"
        parameters: list[Any] = [part.tolist() for part in key_parts(keys)]
    else:
        parts = f"value >> {_HOUR_BITS} AS sli_id, value & {_HOUR_MASK} AS hour"
        table = f"(SELECT {parts} FROM json_each(%s)) AS k"  # noqa: S608  constants only
        parameters = [list_parameter(keys)]
    # CROSS JOIN keeps SQLite from scanning the chunks: each key is one look-up in the primary key.
    return f"FROM {table} CROSS JOIN {_CHUNKS} c WHERE c.sli_id = k.sli_id AND c.hour = k.hour", parameters


def _among() -> str:
    if connection.vendor == "postgresql":
        return "= ANY(%s::bigint[])"
    return "IN (SELECT value FROM json_each(%s))"


def ids_among(column: str) -> str:
    """SQL: *column* is one of the ids of list_parameter()."""
    return f"{column} {_among()}"


def ids_query(values: IntArray) -> RawSQL:
    """The same for the ORM: `slo_id__in=ids_query(…)` prepares one parameter instead of thousands."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list_parameter(values)])
    return RawSQL("SELECT value FROM json_each(%s)", [list_parameter(values)])


def list_parameter(values: IntArray) -> Any:
    """Many integers as one parameter: their number has no bound."""
    return values.tolist() if connection.vendor == "postgresql" else json.dumps(values.tolist())


def match(keys: IntArray, found: Chunks) -> tuple[IntArray, IntArray]:
    """(positions in the sorted *keys*, rows of *found*) of the chunks that were asked for."""
    found_keys = key_of(found.sli_ids, found.hours)
    positions = np.searchsorted(keys, found_keys)
    rows = np.flatnonzero(keys[np.minimum(positions, len(keys) - 1)] == found_keys) if len(keys) else positions
    return positions[rows], rows


def read_keys(keys: IntArray) -> Chunks:
    """The stored chunks of the (SLI, hour) *keys*, in any order, and perhaps others: see match()."""
    if not len(keys):
        return to_chunks([])
    rows, parameters = rows_of_keys(keys)
    return to_chunks(fetch(f"SELECT {_COLUMNS} {rows}", parameters))


def read_hours(*, sli_id: int, first_hour: int, end_hour: int) -> Chunks:
    """The chunks of one SLI in [first_hour, end_hour), oldest first."""
    return to_chunks(
        fetch(
            f"SELECT {_COLUMNS} FROM {_CHUNKS} c "  # noqa: S608  constants only
            "WHERE c.sli_id = %s AND c.hour >= %s AND c.hour < %s ORDER BY c.hour",
            [sli_id, first_hour, end_hour],
        )
    )


def read_minutes_of_many(*, sli_ids: IntArray, first_hour: int, end_hour: int) -> Chunks:
    """The minutes of several SLIs in [first_hour, end_hour) by one statement, SLI by SLI, oldest first.

    Prefix sums are not read (they are NaN and −1): without them it takes a quarter less.
    """
    return to_chunks(
        fetch(
            f"SELECT {_MINUTES_ONLY} FROM {_CHUNKS} c "  # noqa: S608  constants only
            f"WHERE c.sli_id {_among()} AND c.hour >= %s AND c.hour < %s ORDER BY c.sli_id, c.hour",
            [list_parameter(sli_ids), first_hour, end_hour],
        )
    )


def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def to_chunks(rows: list[tuple[Any, ...]]) -> Chunks:
    """Raw rows in the order of the columns of Chunks, with or without the prefix sums, decoded."""
    try:
        return _decoded(rows, damaged=np.zeros(len(rows), dtype=np.bool_))
    except ChunkError as error:
        packed = [[row[2], row[3]] for row in rows]
        damaged = np.array([damaged_among(pair).any() for pair in packed], dtype=np.bool_)
        hours = [(row[0], row[1]) for row, is_damaged in zip(rows, damaged.tolist(), strict=True) if is_damaged]
        logger.error(  # noqa: TRY400  the bytes are at fault, not the code on the stack
            "hours_damaged",
            hours=hours[:LOGGED_MAX],
            count=len(hours),
            error=str(error),
            mend="manage.py series repair",
        )
        blank = [
            (*row[:2], b"", b"", 0, *row[5:]) if is_damaged else row
            for row, is_damaged in zip(rows, damaged.tolist(), strict=True)
        ]
        return _decoded(blank, damaged=damaged)


def _decoded(rows: list[tuple[Any, ...]], *, damaged: BoolArray) -> Chunks:
    # Column by column: zip(*rows) makes an iterator for each row, which the garbage collector then walks, too.
    has_sums = not rows or len(rows[0]) > _COVERAGE + 1
    return Chunks(
        sli_ids=np.array([row[0] for row in rows], dtype=np.int64),
        hours=np.array([row[1] for row in rows], dtype=np.int64),
        good=unpack_many([row[2] for row in rows]),
        valid=unpack_many([row[3] for row in rows]),
        coverage=np.array([row[4] for row in rows], dtype=np.int64),
        good_before=np.array([row[5] for row in rows], dtype=np.float64) if has_sums else np.full(len(rows), np.nan),
        valid_before=np.array([row[6] for row in rows], dtype=np.float64) if has_sums else np.full(len(rows), np.nan),
        minutes_before=np.array([row[7] for row in rows] if has_sums else [-1] * len(rows), dtype=np.int64),
        damaged=damaged,
    )
