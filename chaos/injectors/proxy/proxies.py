"""All proxies of the process, by name: made, changed, replaced, reset."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from chaos.injectors.dns.proxy import DnsProxy
from chaos.injectors.http_fault.proxy import HttpProxy
from chaos.injectors.proxy.bounds import PROXIES_MAX, Held
from chaos.injectors.proxy.errors import ApiError, bad_body, missing_field
from chaos.injectors.proxy.proxy import Proxy
from chaos.injectors.proxy.tcp import TcpProxy
from chaos.injectors.proxy.toxics import NAME

PROTOCOLS: Mapping[str, type[TcpProxy] | type[HttpProxy] | type[DnsProxy]] = {
    "tcp": TcpProxy,
    "http": HttpProxy,
    "dns": DnsProxy,
}


class Proxies:
    """Changes come one after another: each may wait for an address to be free."""

    def __init__(self) -> None:
        self._proxies: dict[str, Proxy] = {}
        self._held = Held()
        self._changing = asyncio.Lock()

    def all(self) -> Sequence[Proxy]:
        return list(self._proxies.values())

    def get(self, name: str) -> Proxy:
        if name not in self._proxies:
            raise ApiError("proxy not found", status=404)
        return self._proxies[name]

    async def add(self, values: Mapping[str, Any]) -> Proxy:
        async with self._changing:
            return await self._add(values)

    async def update(self, name: str, values: Mapping[str, Any]) -> Proxy:
        """Only what is given changes. Another address means the proxy opens anew; its toxics stay."""
        async with self._changing:
            proxy = self.get(name)
            is_enabled = _enabled(values, default=proxy.is_enabled)
            listen = str(values.get("listen") or proxy.listen)
            upstream = str(values.get("upstream") or proxy.upstream)
            if (listen, upstream) != (proxy.listen, proxy.upstream):
                await self._move(proxy, listen=listen, upstream=upstream)
            if is_enabled != proxy.is_enabled:
                proxy.enable(is_enabled)
            return proxy

    async def populate(self, values: object) -> Sequence[Proxy]:
        """Those that are as they should be stay, with their toxics; the others are made or replaced."""
        if not isinstance(values, list) or not all(isinstance(one, Mapping) for one in values):
            raise bad_body("a list of proxies is expected")
        async with self._changing:
            made = []
            for one in values:
                before = self._proxies.get(str(one.get("name")))
                if before is None or (before.listen, before.upstream) != (one.get("listen"), one.get("upstream")):
                    if before is not None:
                        self._remove(before)
                    made.append(await self._add(one))
                else:
                    made.append(before)
            return made

    async def remove(self, name: str) -> None:
        async with self._changing:
            self._remove(self.get(name))

    async def reset(self) -> None:
        """Every proxy enabled, every toxic gone."""
        async with self._changing:
            for proxy in self.all():
                proxy.remove_toxics()
                proxy.enable(True)

    def close(self) -> None:
        for proxy in self.all():
            self._remove(proxy)

    async def _add(self, values: Mapping[str, Any]) -> Proxy:
        for name in ("name", "upstream"):
            if not values.get(name):
                raise missing_field(name)
        name = str(values["name"])
        if not NAME.fullmatch(name):
            raise bad_body("a name has 1 to 128 letters, digits and . _ : @ -")
        if name in self._proxies:
            raise ApiError("proxy already exists", status=409)
        if len(self._proxies) >= PROXIES_MAX:
            raise ApiError(f"there are {PROXIES_MAX} proxies already: remove one", status=409)
        protocol = str(values.get("protocol") or "tcp")
        if protocol not in PROTOCOLS:
            raise bad_body(f"protocol must be one of {', '.join(PROTOCOLS)}")
        proxy = PROTOCOLS[protocol](
            name=name,
            listen=str(values.get("listen") or "127.0.0.1:0"),
            upstream=str(values["upstream"]),
            is_enabled=_enabled(values, default=True),
            held=self._held,
        )
        await proxy.open()
        self._proxies[name] = proxy
        return proxy

    async def _move(self, proxy: Proxy, *, listen: str, upstream: str) -> None:
        before = (proxy.listen, proxy.upstream)
        proxy.release()
        proxy.listen, proxy.upstream = listen, upstream
        try:
            await proxy.open()
        except ApiError:
            proxy.listen, proxy.upstream = before
            await proxy.open()
            raise

    def _remove(self, proxy: Proxy) -> None:
        proxy.close()
        del self._proxies[proxy.name]


def _enabled(values: Mapping[str, Any], *, default: bool) -> bool:
    found = values.get("enabled")
    if found is None:
        return default
    if not isinstance(found, bool):
        raise bad_body("enabled must be true or false")
    return found
