"""A proxy of TCP connections."""

from __future__ import annotations

import asyncio
import logging
import socket

from chaos.injectors.proxy.bounds import CONNECTIONS_MAX, READ_BYTES, UPSTREAM_CONNECT_SECONDS, Held
from chaos.injectors.proxy.endpoints import Endpoint, SocketEndpoint, reset_now
from chaos.injectors.proxy.errors import ApiError
from chaos.injectors.proxy.link import Link
from chaos.injectors.proxy.listener import Listener, bound_socket, split_address
from chaos.injectors.proxy.proxy import Proxy

_log = logging.getLogger(__name__)


class TcpProxy(Proxy):
    protocol = "tcp"

    def __init__(self, *, name: str, listen: str, upstream: str, is_enabled: bool, held: Held) -> None:
        super().__init__(name=name, listen=listen, upstream=upstream, is_enabled=is_enabled)
        self._held = held
        self._listener: Listener | None = None
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        split_address(self.upstream, field="upstream")
        bound = await bound_socket(split_address(self.listen, field="listen"), kind=socket.SOCK_STREAM)
        self._listener = Listener(bound, self._accept)
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
            for link in self._links:
                link.follow(list(self.toxics.values()))
        else:
            self._listener.down()
            self._end_connections()

    def release(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._end_connections()

    def client_endpoint(self, accepted: SocketEndpoint) -> Endpoint:
        """The client's side, as the pipes see it."""
        return accepted

    def _end_connections(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _accept(self, accepted: socket.socket) -> None:
        if len(self._tasks) >= CONNECTIONS_MAX:
            _log.warning("proxy %s: over %s connections, one was refused", self.name, CONNECTIONS_MAX)
            reset_now(accepted)
            return
        client = await SocketEndpoint.accepted(accepted)
        task = asyncio.get_running_loop().create_task(self._serve(client))
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, client))

    def _ended(self, task: asyncio.Task[None], client: SocketEndpoint) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            client.reset()

    async def _serve(self, client: SocketEndpoint) -> None:
        host, port = split_address(self.upstream, field="upstream")
        try:
            # Not `wait_for`: until Python 3.12 it swallows a cancellation that comes in the turn of the answer.
            async with asyncio.timeout(UPSTREAM_CONNECT_SECONDS):
                upstream = SocketEndpoint(*await asyncio.open_connection(host, port, limit=READ_BYTES))
        except (OSError, TimeoutError) as error:
            _log.info("proxy %s: %s cannot be reached: %s", self.name, self.upstream, error)
            client.reset()
            return
        link = Link(client=self.client_endpoint(client), upstream=upstream, held=self._held)
        link.follow(list(self.toxics.values()))
        self._links.add(link)
        try:
            await link.run()
        except asyncio.CancelledError:
            link.reset()
            raise
        finally:
            self._links.discard(link)
