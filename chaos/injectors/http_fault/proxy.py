"""A proxy that understands the HTTP/1.1 it forwards; toxics on bytes work in it as well."""

from __future__ import annotations

import asyncio

from chaos.injectors.http_fault.endpoint import HttpEndpoint
from chaos.injectors.proxy.endpoints import Endpoint, SocketEndpoint
from chaos.injectors.proxy.tcp import TcpProxy
from chaos.injectors.proxy.toxics import Toxic


class HttpProxy(TcpProxy):
    """Its requests know their faults by `toxics_in_force`, and wait no longer than their toxic is there."""

    protocol = "http"
    _changed: asyncio.Event | None = None

    def client_endpoint(self, accepted: SocketEndpoint) -> Endpoint:
        return HttpEndpoint(client=accepted, faults=self)

    def follow(self) -> None:
        super().follow()
        if self._changed is not None:
            self._changed.set()
        self._changed = asyncio.Event()

    def toxics_in_force(self) -> list[Toxic]:
        return list(self.toxics.values())

    async def delay(self, toxic: Toxic) -> None:
        """As long as the toxic says, or until it is removed."""
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        while toxic.name in self.toxics and self._changed is not None:
            left = began_at + toxic.attributes["delay"] / 1_000 - loop.time()
            if left <= 0:
                return
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
            except TimeoutError:
                return
