"""A connection that ends at an instant, however slowly the other side says something: also between two headers."""

from __future__ import annotations

import ssl
import time
from typing import Any

import httpcore2


class TimedStream(httpcore2.NetworkStream):
    """until: of the monotonic clock. The time-out of each wait is cut to what is left."""

    def __init__(self, stream: httpcore2.NetworkStream, *, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = seconds_left(until=self._until, most=timeout)
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for the whole answer is over")
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = seconds_left(until=self._until, most=timeout)
        if left <= 0:
            raise httpcore2.WriteTimeout("the time for the whole request is over")
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = seconds_left(until=self._until, most=timeout)
        if left <= 0:
            raise httpcore2.ConnectTimeout("the time for the whole request is over")
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), until=self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def seconds_left(*, until: float, most: float | None) -> float:
    """What is left until then, and not more than *most*."""
    left = until - time.monotonic()
    return left if most is None else min(left, most)
