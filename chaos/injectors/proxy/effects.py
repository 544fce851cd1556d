"""Each toxic that acts on bytes, as a stage. Units in attributes are Toxiproxy's: ms, KB/s, bytes, µs in `slicer`."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping

from chaos.injectors.proxy.bounds import DELAY_BYTES_MAX
from chaos.injectors.proxy.stages import Stage

_PIECE_SECONDS = 0.05
_random = random.SystemRandom()


class Latency(Stage):
    """Each chunk leaves its delay after it *came*: delays of chunks run beside each other and never add up."""

    bytes_max = DELAY_BYTES_MAX

    async def handle(self) -> None:
        _, came_at = self._first()
        while not await self._wait_until(came_at + self._delay_seconds()):
            if self._is_leaving:
                break
        await self._emit(self._take())

    def _delay_seconds(self) -> float:
        attributes = self.toxic.attributes
        jitter = attributes["jitter"]
        spread = _random.uniform(-jitter, jitter) if jitter else 0.0
        return float(max(0.0, (attributes["latency"] + spread) / 1_000))


class Bandwidth(Stage):
    """So many kilobytes (1,000 bytes) a second; 0 is no limit, as Toxiproxy has it."""

    _free_at = 0.0

    async def handle(self) -> None:
        chunk = self._take()
        while chunk and self.toxic.attributes["rate"] and not self._is_leaving:
            bytes_a_second = self.toxic.attributes["rate"] * 1_000
            piece = chunk[: max(1, int(bytes_a_second * _PIECE_SECONDS))]
            free_at = max(self._free_at, self._loop.time() - _PIECE_SECONDS) + len(piece) / bytes_a_second
            if await self._wait_until(free_at):
                self._free_at = free_at
                chunk = chunk[len(piece) :]
                await self._emit(piece)
        if chunk or chunk is None:
            await self._emit(chunk)


class SlowClose(Stage):
    """The end of a side's bytes is told later."""

    async def handle(self) -> None:
        chunk, came_at = self._first()
        while chunk is None and not self._is_leaving:
            if await self._wait_until(came_at + self.toxic.attributes["delay"] / 1_000):
                break
        await self._emit(self._take())


class Timeout(Stage):
    """Nothing gets through. After its time the connection is closed; 0: it stays until the toxic is removed.

    Bytes that were dropped are missing, so a connection that lost some is closed when the toxic goes.
    """

    _timer: asyncio.TimerHandle | None = None
    _has_dropped = False

    async def handle(self) -> None:
        chunk = self._take()
        self._has_dropped = True
        if chunk is None and self._connection.has_ended:
            self._connection.close()

    def changed(self) -> None:
        super().changed()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.toxic.attributes["timeout"] and not self._is_leaving:
            at = self._began_at + self.toxic.attributes["timeout"] / 1_000
            self._timer = self._loop.call_at(at, self._connection.close)

    def leave(self) -> None:
        super().leave()
        if self._has_dropped:
            self._connection.close()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().stop()


class ResetPeer(Stage):
    """A reset some time after the first byte."""

    async def handle(self) -> None:
        chunk, came_at = self._first()
        while chunk is not None and not self._is_leaving:
            if await self._wait_until(came_at + self.toxic.attributes["timeout"] / 1_000):
                self._take()
                self._connection.reset()
                return
        await self._emit(self._take())


class LimitData(Stage):
    """The connection is closed once so many bytes went through."""

    _sent = 0

    async def handle(self) -> None:
        left = self.toxic.attributes["bytes"] - self._sent
        chunk = self._take()
        if chunk is None:
            await self._emit(None)
            return
        allowed = chunk[: max(0, left)]
        self._sent += len(allowed)
        if allowed:
            await self._emit(allowed)
        if len(chunk) >= left:
            self._connection.close()


class Slicer(Stage):
    """Small pieces, each sent by itself, with a pause between them."""

    async def handle(self) -> None:
        chunk = self._take()
        for piece in self._pieces(chunk):
            await self._emit(piece)
            pause = self.toxic.attributes["delay"] / 1_000_000
            if pause:
                await self._wait_until(self._loop.time() + pause)
        if chunk is None:
            await self._emit(None)

    def _pieces(self, chunk: bytes | None) -> Iterator[bytes]:
        start = 0
        while chunk and start < len(chunk):
            average, variation = self.toxic.attributes["average_size"], self.toxic.attributes["size_variation"]
            is_whole = self._is_leaving or not average
            size = len(chunk) if is_whole else max(1, average + _random.randint(-variation, variation))
            yield chunk[start : start + size]
            start += size


EFFECTS: Mapping[str, type[Stage]] = {
    "latency": Latency,
    "bandwidth": Bandwidth,
    "slow_close": SlowClose,
    "timeout": Timeout,
    "reset_peer": ResetPeer,
    "limit_data": LimitData,
    "slicer": Slicer,
}
