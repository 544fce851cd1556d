"""Toxiproxy's HTTP API 2.x over our proxies. What is ours beyond it: `protocol`, `ttl_ms`, `?final=true` on a removal.

https://github.com/Shopify/toxiproxy#http-api
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from chaos.injectors.proxy.errors import ApiError, bad_body
from chaos.injectors.proxy.proxies import Proxies
from chaos.injectors.proxy.proxy import Proxy
from chaos.injectors.proxy.web import Answered, Asked

VERSION = "2.9.0"  # of the API we follow
_CHANGES = ("POST", "PATCH")


class Api:
    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies

    async def answer(self, asked: Asked) -> Answered:
        match (asked.method, asked.parts):
            case ("GET", ("version",)):
                return Answered(200, {"version": VERSION, "server": "reliability"})
            case ("POST", ("reset",)):
                await self._proxies.reset()
                return Answered(204)
            case ("POST", ("populate",)):
                made = await self._proxies.populate(asked.body)
                return Answered(201, {"proxies": [proxy.as_values() for proxy in made]})
            case ("GET", ("proxies",)):
                return Answered(200, {proxy.name: proxy.as_values() for proxy in self._proxies.all()})
            case ("POST", ("proxies",)):
                return Answered(201, (await self._proxies.add(_object(asked))).as_values())
            case (_, ("proxies", name)):
                return await self._of_proxy(asked, name)
            case (_, ("proxies", name, "toxics", *rest)) if len(rest) <= 1:
                return self._of_toxics(asked, self._proxies.get(name), rest[0] if rest else None)
        raise ApiError("there is nothing at this address", status=404)

    async def _of_proxy(self, asked: Asked, name: str) -> Answered:
        if asked.method == "GET":
            return Answered(200, self._proxies.get(name).as_values())
        if asked.method in _CHANGES:
            return Answered(200, (await self._proxies.update(name, _object(asked))).as_values())
        if asked.method == "DELETE":
            await self._proxies.remove(name)
            return Answered(204)
        raise _not_allowed(asked)

    def _of_toxics(self, asked: Asked, proxy: Proxy, name: str | None) -> Answered:
        now = asyncio.get_running_loop().time()
        if name is None and asked.method == "GET":
            return Answered(200, proxy.toxics_values())
        if name is None and asked.method == "POST":
            return Answered(200, proxy.add_toxic(_object(asked)).as_values(now=now))
        if name is not None and asked.method == "GET":
            return Answered(200, proxy.toxic(name).as_values(now=now))
        if name is not None and asked.method in _CHANGES:
            return Answered(200, proxy.update_toxic(name, _object(asked)).as_values(now=now))
        if name is not None and asked.method == "DELETE":
            proxy.remove_toxic(name, is_final=asked.query.get("final") == "true")
            return Answered(204)
        raise _not_allowed(asked)


def _object(asked: Asked) -> Mapping[str, Any]:
    if not isinstance(asked.body, Mapping):
        raise bad_body("an object is expected")
    return asked.body


def _not_allowed(asked: Asked) -> ApiError:
    return ApiError(f"{asked.method} is not possible here", status=405)
