"""The web process is told to end while connections are open: who has connected gets an answer."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from reliability.server import LAST_REQUEST_SECONDS, BoundedProtocol, Server

ASK = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"


@pytest.fixture(autouse=True)
def _of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedProtocol, "is_ending", False)


async def hello(
    _scope: Any, _receive: Callable[[], Awaitable[Any]], send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


class Running:
    """A server in this loop, and its address."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(hello, http=BoundedProtocol, ws="none", lifespan="off", log_config=None)
        self._server = Server(config)
        self._task = asyncio.create_task(self._server._serve([self.listener.dup()]))

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Once the server has taken the connection."""
        before = len(self._server.server_state.connections)
        reader, writer = await asyncio.open_connection(*self.listener.getsockname())
        while len(self._server.server_state.connections) == before:
            await asyncio.sleep(0.01)
        return reader, writer

    async def ask_to_end(self) -> None:
        """Comes back once it takes no more connections."""
        self._server.should_exit = True
        while not BoundedProtocol.is_ending:
            await asyncio.sleep(0.01)

    async def end(self) -> None:
        async with asyncio.timeout(10):
            await self._task


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    server = Running()
    with server.listener:
        yield server
        await server.ask_to_end()
        await server.end()


def test_who_has_connected_and_asked_nothing_yet_is_answered_and_told_to_come_back_elsewhere() -> None:
    async def story() -> bytes:
        async with running() as server:
            reader, writer = await server.connect()
            await server.ask_to_end()
            writer.write(ASK)
            said = await reader.read()
            writer.close()
            return said

    said = asyncio.run(story())
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert said.endswith(b"\r\n\r\nhello")
    assert b"\r\nconnection: close\r\n" in said


@pytest.mark.parametrize("asked_before", [False, True])
@pytest.mark.parametrize(("goes_on", "status"), [(True, b"200 OK"), (False, b"408 Request Timeout")])
def test_who_is_in_the_middle_of_asking_is_answered(asked_before: bool, goes_on: bool, status: bytes) -> None:
    async def story() -> bytes:
        async with running() as server:
            reader, writer = await server.connect()
            if asked_before:
                writer.write(ASK)
                await reader.readuntil(b"hello")
            writer.write(ASK[:20])
            await asyncio.sleep(0.3)  # until it is read
            await server.ask_to_end()
            if goes_on:
                writer.write(ASK[20:])
            said = await reader.read()
            writer.close()
            return said

    said = asyncio.run(story())
    assert said.startswith(b"HTTP/1.1 " + status)
    assert b"\r\nconnection: close\r\n" in said


@pytest.mark.parametrize(("asked_before", "waits"), [(False, True), (True, False)])
def test_who_asks_nothing_more_does_not_hold_up_the_end(asked_before: bool, waits: bool) -> None:
    async def story() -> float:
        async with running() as server:
            reader, writer = await server.connect()
            if asked_before:
                writer.write(ASK)
                await reader.readuntil(b"hello")
            began = time.monotonic()
            await server.ask_to_end()
            assert await reader.read() == b""
            taken = time.monotonic() - began
            writer.close()
            return taken

    taken = asyncio.run(story())
    assert waits == (taken >= LAST_REQUEST_SECONDS)
    assert taken < 5


@pytest.mark.parametrize(("asks", "said_at_last"), [(True, b"hello"), (False, b"")])
def test_a_connection_taken_at_the_last_moment_is_answered_once_and_ended(asks: bool, said_at_last: bytes) -> None:
    """The server closes what it knows of, and this one comes after that."""

    async def story() -> bytes:
        async with running() as server:
            BoundedProtocol.is_ending = True
            reader, writer = await server.connect()
            if asks:
                writer.write(ASK)
            said = await reader.read()
            writer.close()
            return said

    said = asyncio.run(story())
    assert said[-5:] == said_at_last
    assert (b"\r\nconnection: close\r\n" in said) == asks
