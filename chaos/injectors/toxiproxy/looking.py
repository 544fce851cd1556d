"""Looking at a proxy through its API: which version it is, and what the proxy of the target is like. Only GETs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from chaos.injectors.protocol import Get, InjectorError

_NAMES_MAX = 10
_TEXT_MAX = 120


def version_at(url: str, *, headers: Mapping[str, str], get: Get) -> str:
    """As the API tells it; the first releases told it as bare text. Raises InjectorError."""
    status, body = get(f"{url}/version", headers)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise InjectorError(f"{url} answers {status}: it does not take the token of the target")
    if status != HTTPStatus.OK:
        raise InjectorError(f"{url}/version answers {status}: is a Toxiproxy there?")
    found = _decoded(body)
    version = found.get("version") if isinstance(found, Mapping) else body.decode(errors="replace").strip()
    if not isinstance(version, str) or not version[:1].isdigit() or len(version) > 20:
        raise InjectorError(f"{url} answers, but not as a Toxiproxy does: check api_url")
    return version


def proxy_at(url: str, name: str, *, headers: Mapping[str, str], get: Get) -> Mapping[str, Any]:
    """The proxy as the API has it. Raises InjectorError that names those there are."""
    status, body = get(f"{url}/proxies/{quote(name, safe='')}", headers)
    if status == HTTPStatus.NOT_FOUND:
        raise InjectorError(f"{url} has no proxy {name!r}: it has {_names(url, headers, get)}")
    found = _decoded(body) if status == HTTPStatus.OK else None
    if not isinstance(found, Mapping) or not isinstance(found.get("enabled"), bool):
        raise InjectorError(f"{url} answers {status} for the proxy {name!r}, and not as a Toxiproxy does")
    return found


def words_of(proxy: Mapping[str, Any]) -> list[str]:
    """Where it listens and leads, whether it is enabled, and what is in it already."""
    listen, upstream = (str(proxy.get(name) or "?")[:_TEXT_MAX] for name in ("listen", "upstream"))
    toxics = proxy.get("toxics")
    count = len(toxics) if isinstance(toxics, list) else 0
    return [
        f"it listens at {listen} and leads to {upstream}",
        "it is enabled" if proxy["enabled"] else "it is disabled: nothing comes through",
        f"{count} toxic{'' if count == 1 else 's'} in it already" if count else "no toxic is in it",
    ]


def _names(url: str, headers: Mapping[str, str], get: Get) -> str:
    status, body = get(f"{url}/proxies", headers)
    found = _decoded(body) if status == HTTPStatus.OK else None
    names = sorted(str(name)[:_TEXT_MAX] for name in found) if isinstance(found, Mapping) else []
    left = len(names) - _NAMES_MAX
    return (", ".join(names[:_NAMES_MAX]) or "none") + (f" and {left} more" if left > 0 else "")


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
