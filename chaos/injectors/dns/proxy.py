"""A DNS server (UDP and TCP on one port) that forwards what no fault is about.

While it is down, TCP is refused and UDP goes unanswered.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any

from chaos.injectors.dns.answering import answer_to
from chaos.injectors.dns.forwarding import framed, read_framed
from chaos.injectors.proxy.bounds import Held
from chaos.injectors.proxy.endpoints import reset_now
from chaos.injectors.proxy.errors import ApiError, bad_body
from chaos.injectors.proxy.listener import Listener, bound_socket, split_address
from chaos.injectors.proxy.proxy import Proxy

QUERIES_MAX = 1_000  # at once; those above are dropped, as name servers do
IDLE_SECONDS = 10.0
_BINDS_MAX = 20  # where any port will do: a free TCP port whose UDP port is taken is left for another


class DnsProxy(Proxy):
    protocol = "dns"

    def __init__(self, *, name: str, listen: str, upstream: str, is_enabled: bool, held: Held) -> None:
        super().__init__(name=name, listen=listen, upstream=upstream, is_enabled=is_enabled)
        self._listener: Listener | None = None
        self._datagrams: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        split_address(self.upstream, field="upstream")
        stream, datagram = await self._bound()
        self._listener = Listener(stream, self._accept)
        self._datagrams, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Datagrams(self), sock=datagram
        )
        self.listen = self._listener.address
        try:
            self.follow()
        except ApiError:
            self.release()
            raise

    def follow(self) -> None:
        if self._listener is None:
            return
        if self.is_up:
            self._listener.up()
        else:
            self._listener.down()
            self._end_all()

    def release(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._datagrams is not None:
            self._datagrams.close()
            self._datagrams = None
        self._end_all()

    def check_attributes(self, kind: str, attributes: Mapping[str, Any]) -> None:
        if kind == "dns_fault" and attributes["effect"] == "address":
            try:
                ipaddress.ip_address(attributes["address"])
            except ValueError as error:
                raise bad_body(f"address: {error}") from error

    def received(self, data: bytes, sender: Any) -> None:
        if self.is_up and len(self._tasks) < QUERIES_MAX:
            self._start(self._by_datagram(data, sender))

    async def _bound(self) -> tuple[socket.socket, socket.socket]:
        host, port = split_address(self.listen, field="listen")
        for left in reversed(range(_BINDS_MAX)):
            stream = await bound_socket((host, port), kind=socket.SOCK_STREAM)
            try:
                return stream, await bound_socket((host, stream.getsockname()[1]), kind=socket.SOCK_DGRAM)
            except ApiError:
                stream.close()
                if port or not left:
                    raise
        raise ApiError(f"cannot listen on {self.listen}", status=500)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _end_all(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _accept(self, accepted: socket.socket) -> None:
        if len(self._tasks) >= QUERIES_MAX:
            reset_now(accepted)
            return
        reader, writer = await asyncio.open_connection(sock=accepted)
        self._start(self._by_stream(reader, writer))

    async def _by_datagram(self, data: bytes, sender: Any) -> None:
        answer = await self._answer(data, is_stream=False)
        if answer is not None and self._datagrams is not None:
            self._datagrams.sendto(answer, sender)

    async def _by_stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    data = await read_framed(reader)
                answer = await self._answer(data, is_stream=True)
                if answer is not None:
                    writer.write(framed(answer))
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # who asked is done, or idle
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, data: bytes, *, is_stream: bool) -> bytes | None:
        upstream = split_address(self.upstream, field="upstream")
        return await answer_to(data, toxics=list(self.toxics.values()), upstream=upstream, is_stream=is_stream)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, proxy: DnsProxy) -> None:
        self._proxy = proxy

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._proxy.received(data, addr)
