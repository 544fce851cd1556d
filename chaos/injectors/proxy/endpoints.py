"""One side of a connection. A reset is a real one: the peer's next read or write fails with ECONNRESET."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Protocol

from chaos.injectors.proxy.bounds import READ_BYTES

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time: the kernel sends RST instead of FIN


class Endpoint(Protocol):
    async def read(self) -> bytes:
        """What came; nothing at its end. Raises OSError."""
        ...

    async def write(self, data: bytes) -> None:
        """Waits while the peer reads slowly. Raises OSError."""
        ...

    def write_eof(self) -> None: ...

    def close(self) -> None:
        """After what was written is sent."""
        ...

    def reset(self) -> None: ...


class SocketEndpoint:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        _keep_alive(writer.get_extra_info("socket"))

    @classmethod
    async def accepted(cls, accepted: socket.socket) -> SocketEndpoint:
        return cls(*await asyncio.open_connection(sock=accepted, limit=READ_BYTES))

    async def read(self) -> bytes:
        return await self._reader.read(READ_BYTES)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def write_soon(self, data: bytes) -> None:
        """Without waiting: for a few bytes at the end."""
        if not self._writer.is_closing():
            self._writer.write(data)

    def write_eof(self) -> None:
        if not self._writer.is_closing() and self._writer.can_write_eof():
            self._writer.write_eof()

    def close(self) -> None:
        self._writer.close()

    def reset(self) -> None:
        found = self._writer.get_extra_info("socket")
        if found is not None:
            reset_on_close(found)
        self._writer.transport.abort()


def reset_on_close(connected: socket.socket) -> None:
    """However it is closed afterwards, the peer sees a reset."""
    if connected.fileno() >= 0:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)


def reset_now(accepted: socket.socket) -> None:
    """Refuse a connection that is accepted already; nothing when it is closed."""
    reset_on_close(accepted)
    accepted.close()


def _keep_alive(connected: socket.socket) -> None:
    """A peer whose machine is gone is noticed in the end."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
