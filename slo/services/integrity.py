"""Checking and mending what the series store keeps twice: heads and prefix sums against the minutes themselves."""

from __future__ import annotations

import numpy as np
from django.db import transaction

from slo.domain.chunks import pack
from slo.domain.minutes import FloatArray
from slo.domain.prefixes import Head
from slo.models import HourChunk
from slo.selectors import chunks
from slo.services import chunk_rows

# Sums of fractions differ by rounding with the order in which they were added; sums of counts do not.
_TOLERANCE = 1e-6
_EVERY_HOUR = {"first_hour": 0, "end_hour": 1 << 32}


def faults_of(*, sli_id: int) -> list[str]:
    """What is wrong with the series of an SLI, in words; empty when all is well."""
    with transaction.atomic():
        head = chunk_rows.lock_heads([sli_id])[sli_id]
        found = chunks.read_hours(sli_id=sli_id, **_EVERY_HOUR)
    if not len(found):
        return [] if head.first_hour is None else ["the head names hours, but none is stored"]
    faults = []
    damaged = int(np.count_nonzero(found.damaged))
    if damaged:
        faults.append(f"{damaged} hour{'s are' if damaged > 1 else ' is'} damaged: repair leaves them unmeasured")
    missing = int(found.hours[-1] - found.hours[0]) + 1 - len(found)
    if missing:
        faults.append(f"{missing} hour is missing" if missing == 1 else f"{missing} hours are missing")
    if (head.first_hour, head.last_hour) != (int(found.hours[0]), int(found.hours[-1])):
        said, stored_hours = f"{head.first_hour} to {head.last_hour}", f"{found.hours[0]} to {found.hours[-1]}"
        faults.append(f"the head says hours {said}, stored are {stored_hours}")
    sums = _sums(found)
    before = head.base + np.cumsum(sums, axis=0) - sums
    stored: FloatArray = np.column_stack((found.good_before, found.valid_before, found.minutes_before.astype(float)))
    wrong = int(np.count_nonzero(~_close(stored, before).all(axis=1)))
    if wrong:
        faults.append(f"the prefix sums of {wrong} hours do not fit the minutes before them")
    if not _close(head.total, head.base + sums.sum(axis=0)).all():
        faults.append("the totals of the head do not fit the minutes stored")
    return faults


def repair(*, sli_id: int) -> None:
    """Fill missing hours as not measured, and compute prefix sums and head anew from the minutes."""
    with transaction.atomic():
        chunk_rows.lock_heads([sli_id])
        found = chunks.read_hours(sli_id=sli_id, **_EVERY_HOUR)
        if not len(found):
            nothing = np.zeros(3)
            chunk_rows.write_heads([chunk_rows.HeadRow(Head(sli_id, None, None, nothing, nothing), None, 0)])
            return
        hours = np.arange(found.hours[0], found.hours[-1] + 1)
        places = found.hours - hours[0]
        good, valid = np.zeros((len(hours), 60)), np.zeros((len(hours), 60))
        coverage = np.zeros(len(hours), dtype=np.int64)
        good[places], valid[places], coverage[places] = found.good, found.valid, found.coverage
        sums = np.stack((good.sum(axis=1), valid.sum(axis=1), np.bitwise_count(coverage)), axis=1)
        before = np.cumsum(sums, axis=0) - sums
        HourChunk.objects.filter(sli_id=sli_id).delete()
        chunk_rows.upsert_chunks(
            [
                (sli_id, hour, pack(good[row]), pack(valid[row]), int(coverage[row]), one[0], one[1], int(one[2]))
                for row, (hour, one) in enumerate(zip(hours.tolist(), before.tolist(), strict=True))
            ]
        )
        head = Head(sli_id, int(hours[0]), int(hours[-1]), np.zeros(3), sums.sum(axis=0))
        chunk_rows.write_heads([chunk_rows.HeadRow(head, chunk_rows.coverage_end(hours, coverage), 0)])


def _sums(found: chunks.Chunks) -> FloatArray:
    return np.stack((found.good.sum(axis=1), found.valid.sum(axis=1), np.bitwise_count(found.coverage)), axis=1)


def _close(stored: FloatArray, computed: FloatArray) -> np.ndarray:
    return np.isclose(stored, computed, rtol=1e-9, atol=_TOLERANCE)
