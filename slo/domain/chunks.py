"""Hour chunks: sixty one-minute counts packed exactly into few bytes.

A packed array is empty (all zeros), or one code byte, a little-endian float64 base (the smallest value) and sixty
unsigned little-endian offsets from it of as many bytes as the code says:

    b""      all zeros                     0 bytes
    code 0   every minute equals the base  9 bytes
    code 1   offsets below 2^8            69 bytes
    code 2   offsets below 2^16          129 bytes
    code 4   offsets below 2^32          249 bytes
    code 8   no base: sixty float64      481 bytes (fractional counts, counts beyond 2^53)

Packing is exact: whatever form does not give back every bit of value is passed over for the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slo.domain.minutes import BoolArray, FloatArray, IntArray, MinuteSeries

HOUR_MINUTES = 60
FULL_COVERAGE = (1 << HOUR_MINUTES) - 1
_BITS = np.arange(HOUR_MINUTES, dtype=np.int64)
_OFFSETS: dict[int, np.dtype[Any]] = {1: np.dtype("<u1"), 2: np.dtype("<u2"), 4: np.dtype("<u4")}
_DOUBLE: np.dtype[np.float64] = np.dtype("<f8")
_LENGTHS = {9: 0, 69: 1, 129: 2, 249: 4, 481: 8}


class ChunkError(ValueError):
    """Bytes that are no packed hour, or an array that is no hour."""


def pack(values: FloatArray) -> bytes:
    """Sixty finite, non-negative float64 as the smallest exact form. Raises ChunkError for anything else."""
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (HOUR_MINUTES,):
        raise ChunkError(f"an hour has {HOUR_MINUTES} minutes, got an array of shape {array.shape}")
    if not np.isfinite(array).all() or array.min() < 0:
        raise ChunkError("counts must be finite and not negative")
    base, top = float(array.min()), float(array.max())
    if top == 0:
        return b""
    header = np.array([base], dtype=_DOUBLE).tobytes()
    if base == top:
        return b"\x00" + header
    for code, kind in _OFFSETS.items():
        if top - base < 1 << 8 * code:
            offsets = (array - base).astype(kind)
            if np.array_equal(base + offsets.astype(np.float64), array):
                return bytes([code]) + header + offsets.tobytes()
    return b"\x08" + array.astype(_DOUBLE).tobytes()


def unpack_many(blobs: Sequence[bytes | memoryview]) -> FloatArray:
    """Shape (len(blobs), 60): the counts of many packed hours, decoded form by form instead of one by one.

    Raises ChunkError when any of them is damaged.
    """
    values = np.zeros((len(blobs), HOUR_MINUTES))
    lengths = np.fromiter(map(len, blobs), dtype=np.int64, count=len(blobs))
    for length in np.unique(lengths):
        if length == 0:
            continue
        code = _LENGTHS.get(int(length))
        if code is None:
            raise ChunkError(f"a packed hour cannot have {length} bytes")
        rows = np.flatnonzero(lengths == length)
        joined = np.frombuffer(b"".join([blobs[row] for row in rows.tolist()]), dtype=np.uint8).reshape(
            len(rows), length
        )
        if (joined[:, 0] != code).any():
            raise ChunkError(f"a packed hour of {length} bytes must begin with code {code}")
        values[rows] = _decode(joined[:, 1:], code)
    return values


def damaged_among(blobs: Sequence[bytes | memoryview]) -> BoolArray:
    """Shape (len(blobs),): which packed hours are no packed hours."""
    return np.fromiter((not _is_packed(blob) for blob in blobs), dtype=np.bool_, count=len(blobs))


def _is_packed(blob: bytes | memoryview) -> bool:
    try:
        unpack_many([blob])
    except ChunkError:
        return False
    return True


def _decode(body: NDArray[np.uint8], code: int) -> FloatArray:
    if code == 8:
        return np.ascontiguousarray(body).view(_DOUBLE).astype(np.float64)
    base = np.ascontiguousarray(body[:, :8]).view(_DOUBLE).astype(np.float64)
    if code == 0:
        return np.repeat(base, HOUR_MINUTES, axis=1)
    decoded: FloatArray = base + np.ascontiguousarray(body[:, 8:]).view(_OFFSETS[code])
    return decoded


def coverage_bits(masks: Sequence[int] | IntArray) -> BoolArray:
    """Shape (n, 60): which minutes each 60-bit coverage mask names."""
    array = np.asarray(masks, dtype=np.int64).reshape(-1, 1)
    return ((array >> _BITS) & 1).astype(np.bool_)


def coverage_masks(bits: BoolArray) -> IntArray:
    """Shape (n,): the 60-bit coverage mask of each row of an (n, 60) array."""
    masks: IntArray = (bits.reshape(-1, HOUR_MINUTES).astype(np.int64) << _BITS).sum(axis=1)
    return masks


def join_hours(
    *,
    hours: IntArray | Sequence[int],
    good: FloatArray,
    valid: FloatArray,
    coverage: IntArray | Sequence[int],
    start_minute: int,
    end_minute: int,
) -> MinuteSeries:
    """The minutes [start_minute, end_minute) out of unpacked hours in any order; missing hours are not covered.

    `hours` and `coverage` have shape (n,), `good` and `valid` shape (n, 60).
    """
    first, last = start_minute // HOUR_MINUTES, max(start_minute // HOUR_MINUTES, -(-end_minute // HOUR_MINUTES))
    whole = MinuteSeries.empty(start_minute=first * HOUR_MINUTES, end_minute=last * HOUR_MINUTES)
    rows = np.asarray(hours, dtype=np.int64) - first
    inside = (rows >= 0) & (rows < last - first)
    if inside.any():
        rows = rows[inside]
        whole.good.reshape(-1, HOUR_MINUTES)[rows] = good[inside]
        whole.valid.reshape(-1, HOUR_MINUTES)[rows] = valid[inside]
        whole.covered.reshape(-1, HOUR_MINUTES)[rows] = coverage_bits(np.asarray(coverage, dtype=np.int64)[inside])
    return whole.between(start_minute=start_minute, end_minute=end_minute)
