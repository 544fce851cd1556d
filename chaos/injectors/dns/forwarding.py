"""Asking the real name server: each question from a socket of its own, under a number of its own."""

from __future__ import annotations

import asyncio
import secrets
import struct

from chaos.injectors.dns.message import Query, is_answer_to, with_number

FORWARD_SECONDS = 5.0


class _Asking(asyncio.DatagramProtocol):
    def __init__(self, *, number: int, query: Query) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._number = number
        self._query = query

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.answer.done() and is_answer_to(data, number=self._number, query=self._query):
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


async def ask_by_udp(message: bytes, *, query: Query, upstream: tuple[str, int]) -> bytes:
    """Raises OSError, TimeoutError."""
    number = secrets.randbelow(1 << 16)
    loop = asyncio.get_running_loop()
    transport, made = await loop.create_datagram_endpoint(
        lambda: _Asking(number=number, query=query), remote_addr=upstream
    )
    try:
        transport.sendto(with_number(message, number))
        async with asyncio.timeout(FORWARD_SECONDS):
            return with_number(await made.answer, query.number)
    finally:
        transport.close()


async def ask_by_tcp(message: bytes, *, query: Query, upstream: tuple[str, int]) -> bytes:
    """Raises OSError, TimeoutError, asyncio.IncompleteReadError."""
    async with asyncio.timeout(FORWARD_SECONDS):
        reader, writer = await asyncio.open_connection(*upstream)
        try:
            number = secrets.randbelow(1 << 16)
            writer.write(framed(with_number(message, number)))
            answer = await read_framed(reader)
        finally:
            writer.close()
    if not is_answer_to(answer, number=number, query=query):
        raise OSError("the name server answered something else")
    return with_number(answer, query.number)


def framed(message: bytes) -> bytes:
    return struct.pack("!H", len(message)) + message


async def read_framed(reader: asyncio.StreamReader) -> bytes:
    """Raises asyncio.IncompleteReadError at the end."""
    (length,) = struct.unpack("!H", await reader.readexactly(2))
    return await reader.readexactly(length)
