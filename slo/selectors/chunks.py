"""Rows of the series store as arrays: the few statements all reading of minutes goes through.

A statement is one snapshot on both databases: whatever must agree (chunks and head) is read by one statement.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from slo.domain.chunks import unpack_many
from slo.domain.minutes import FloatArray, IntArray

_CHUNKS = "slo_hourchunk"
_HOUR_BITS = 32
_HOUR_MASK = (1 << _HOUR_BITS) - 1

_COLUMNS = "c.sli_id, c.hour, c.good, c.valid, c.coverage, c.good_before, c.valid_before, c.minutes_before"


@dataclass(frozen=True, slots=True, eq=False)
class Chunks:
    """Hour rows as columns of one length n; good and valid have shape (n, 60)."""

    sli_ids: IntArray
    hours: IntArray
    good: FloatArray
    valid: FloatArray
    coverage: IntArray
    good_before: FloatArray
    valid_before: FloatArray
    minutes_before: IntArray

    def __len__(self) -> int:
        return len(self.sli_ids)


def key_of(sli_ids: IntArray, hours: IntArray) -> IntArray:
    """One sortable integer per (SLI, hour); hours fit 32 bits until the year 491,936."""
    keys: IntArray = (sli_ids << _HOUR_BITS) | hours
    return keys


def key_parts(keys: IntArray) -> tuple[IntArray, IntArray]:
    """The SLI ids and hours of keys."""
    return keys >> _HOUR_BITS, keys & _HOUR_MASK


def keys_table() -> str:
    """SQL of a table k(sli_id, hour) out of the parameters of keys_parameters()."""
    if connection.vendor == "postgresql":
        return "unnest(%s::bigint[], %s::bigint[]) AS k(sli_id, hour)"
    parts = f"value >> {_HOUR_BITS} AS sli_id, value & {_HOUR_MASK} AS hour"
    return f"(SELECT {parts} FROM json_each(%s)) AS k"  # noqa: S608  constants only


def keys_parameters(keys: IntArray) -> list[Any]:
    if connection.vendor == "postgresql":
        sli_ids, hours = key_parts(keys)
        return [sli_ids.tolist(), hours.tolist()]
    return [json.dumps(keys.tolist())]


def read_keys(keys: IntArray) -> Chunks:
    """The stored chunks among the (SLI, hour) *keys*, in any order."""
    if not len(keys):
        return to_chunks([])
    return to_chunks(
        fetch(
            # CROSS JOIN keeps SQLite from scanning the chunks: each key is one look-up in the primary key.
            f"SELECT {_COLUMNS} FROM {keys_table()} CROSS JOIN {_CHUNKS} c "  # noqa: S608  constants only
            "WHERE c.sli_id = k.sli_id AND c.hour = k.hour",
            keys_parameters(keys),
        )
    )


def read_hours(*, sli_id: int, first_hour: int, end_hour: int) -> Chunks:
    """The chunks of one SLI in [first_hour, end_hour), oldest first."""
    return to_chunks(
        fetch(
            f"SELECT {_COLUMNS} FROM {_CHUNKS} c "  # noqa: S608  constants only
            "WHERE c.sli_id = %s AND c.hour >= %s AND c.hour < %s ORDER BY c.hour",
            [sli_id, first_hour, end_hour],
        )
    )


def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def to_chunks(rows: list[tuple[Any, ...]]) -> Chunks:
    """Raw rows in the order of the columns of Chunks, decoded."""
    # Column by column: zip(*rows) makes an iterator for each row, which the garbage collector then walks, too.
    return Chunks(
        sli_ids=np.array([row[0] for row in rows], dtype=np.int64),
        hours=np.array([row[1] for row in rows], dtype=np.int64),
        good=unpack_many([row[2] for row in rows]),
        valid=unpack_many([row[3] for row in rows]),
        coverage=np.array([row[4] for row in rows], dtype=np.int64),
        good_before=np.array([row[5] for row in rows], dtype=np.float64),
        valid_before=np.array([row[6] for row in rows], dtype=np.float64),
        minutes_before=np.array([row[7] for row in rows], dtype=np.int64),
    )
