"""The statements that write the series store. Called under the lock of the heads they belong to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from slo.domain.minutes import IntArray
from slo.domain.prefixes import Head, Shift
from slo.models import Sli

ChunkRow = tuple[int, int, bytes, bytes, int, float, float, int]


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A head to write. measured_until_minute moves the column ahead, never back; None leaves it as it is."""

    head: Head
    measured_until_minute: int | None
    faulty: int


def lock_heads(sli_ids: Sequence[int]) -> dict[int, Head]:
    """The heads of the SLIs, locked in the order of their ids, so that two writers wait and never cross.

    SQLite needs no row lock: a transaction there is the only writer from its start (IMMEDIATE).
    """
    columns = (
        "pk", "first_hour", "last_hour",
        "base_good", "base_valid", "base_minutes",
        "total_good", "total_valid", "total_minutes",
    )  # fmt: skip
    rows = Sli.objects.filter(pk__in=sli_ids).order_by("pk").select_for_update(no_key=True).values_list(*columns)
    return {row[0]: Head(row[0], row[1], row[2], np.array(row[3:6], float), np.array(row[6:9], float)) for row in rows}


def upsert_chunks(rows: Sequence[ChunkRow]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO slo_hourchunk "
            "(sli_id, hour, good, valid, coverage, good_before, valid_before, minutes_before) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (sli_id, hour) DO UPDATE SET good = excluded.good, "
            "valid = excluded.valid, coverage = excluded.coverage, good_before = excluded.good_before, "
            "valid_before = excluded.valid_before, minutes_before = excluded.minutes_before",
            rows,
        )


def shift_prefixes(shifts: Sequence[Shift]) -> None:
    """Move the prefix sums of whole stretches of hours by one statement."""
    if not shifts:
        return
    columns = [
        [getattr(shift, name) for shift in shifts]
        for name in ("sli_id", "first_hour", "last_hour", "good", "valid", "minutes")
    ]
    if connection.vendor == "postgresql":
        table = (
            "unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::float8[], %s::float8[], %s::bigint[]) "
            "AS s(sli_id, first_hour, last_hour, good, valid, minutes)"
        )
        parameters: list[Any] = columns
    else:
        names = ("sli_id", "first_hour", "last_hour", "good", "valid", "minutes")
        extracted = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(names))
        table = f"(SELECT {extracted} FROM json_each(%s)) AS s"  # noqa: S608  constants only
        parameters = [json.dumps(list(zip(*columns, strict=True)))]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE slo_hourchunk SET good_before = good_before + s.good, "  # noqa: S608  constants only
            "valid_before = valid_before + s.valid, minutes_before = minutes_before + s.minutes "
            f"FROM {table} WHERE slo_hourchunk.sli_id = s.sli_id "
            "AND slo_hourchunk.hour BETWEEN s.first_hour AND s.last_hour",
            parameters,
        )


def write_heads(rows: Sequence[HeadRow]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE slo_sli SET first_hour = %s, last_hour = %s, base_good = %s, base_valid = %s, base_minutes = %s, "
            "total_good = %s, total_valid = %s, total_minutes = %s, "
            "measured_until_minute = CASE WHEN measured_until_minute > COALESCE(%s, -1) THEN measured_until_minute "
            "ELSE %s END, "
            "faulty_minutes = faulty_minutes + %s WHERE id = %s",
            [_head_parameters(row) for row in rows],
        )


def count_faults(faulty: dict[int, int]) -> None:
    """Add refused minutes to SLIs of which nothing else changes."""
    if not faulty:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE slo_sli SET faulty_minutes = faulty_minutes + %s WHERE id = %s",
            [(count, sli_id) for sli_id, count in faulty.items()],
        )


def coverage_end(hours: IntArray, coverage: IntArray) -> int | None:
    """The minute after the newest measured one of these hours; None when none is measured."""
    measured = np.flatnonzero(coverage)
    if not len(measured):
        return None
    newest = measured[np.argmax(hours[measured])]
    return int(hours[newest]) * 60 + int(coverage[newest]).bit_length()


def _head_parameters(row: HeadRow) -> tuple[Any, ...]:
    base, total = row.head.base.tolist(), row.head.total.tolist()
    until = row.measured_until_minute
    return (
        row.head.first_hour, row.head.last_hour,
        base[0], base[1], int(base[2]), total[0], total[1], int(total[2]),
        until, until, row.faulty, row.head.sli_id,
    )  # fmt: skip
