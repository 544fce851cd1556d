"""Sending native histograms to a real Prometheus: remote write 1.0, encoded by hand since it is this small.

Messages: https://github.com/prometheus/prometheus/blob/v2.42.0/prompb/types.proto
"""

from __future__ import annotations

import struct
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Native:
    """A cumulative native histogram with integer counts in consecutive buckets from index *first*.

    Bucket i of schema s holds observations in (2^((i−1)·2^−s), 2^(i·2^−s)].
    """

    at_ms: int
    schema: int
    first: int
    counts: Sequence[int]
    zero_count: int = 0
    zero_threshold: float = 0.001


def send_native(*, url: str, name: str, labels: Mapping[str, str], histograms: Sequence[Native]) -> None:
    """Append the histograms to one series; the server must run with --web.enable-remote-write-receiver."""
    all_labels = sorted({"__name__": name, **labels}.items())
    series = b"".join(_field(1, _text(1, key) + _text(2, value)) for key, value in all_labels)
    series += b"".join(_field(4, _histogram(histogram)) for histogram in histograms)
    request = urllib.request.Request(  # noqa: S310  a server of the test
        f"{url}/api/v1/write",
        data=_snappy(_field(1, series)),
        headers={
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
        },
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  our own server
        assert answer.status in (200, 204)


def _histogram(histogram: Native) -> bytes:
    count = sum(histogram.counts) + histogram.zero_count
    deltas = [now - before for before, now in zip([0, *histogram.counts], histogram.counts, strict=False)]
    span = _number(1, _zigzag(histogram.first)) + _number(2, len(histogram.counts))
    return b"".join(
        (
            _number(1, count),
            _double(3, 0.0),
            _number(4, _zigzag(histogram.schema)),
            _double(5, histogram.zero_threshold),
            _number(6, histogram.zero_count),
            _field(11, span),
            _field(12, b"".join(_varint(_zigzag(delta)) for delta in deltas)),
            _number(15, histogram.at_ms),
        )
    )


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _field(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _text(field: int, text: str) -> bytes:
    return _field(field, text.encode())


def _snappy(body: bytes) -> bytes:
    """The block format with literals only: https://github.com/google/snappy/blob/main/format_description.txt"""
    out = bytearray(_varint(len(body)))
    for start in range(0, len(body), 60):
        piece = body[start : start + 60]
        out.append((len(piece) - 1) << 2)
        out += piece
    return bytes(out)
