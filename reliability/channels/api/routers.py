"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from reliability.channels.api import channels

ROUTERS: tuple[tuple[str, Router], ...] = (("/v1/channels", channels.router),)
