"""The calls of Toxiproxy's HTTP API that a fault needs, each short and bounded."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx2

from chaos.injectors.protocol import InjectorError
from reliability.web.outbound_policy import OutboundRefused

WAIT_SECONDS = 2.0  # to connect, and for each part of an answer
TOTAL_SECONDS = 5.0
ANSWER_BYTES_MAX = 1 << 20
# What another try may mend; all other refusals stay.
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


@cache
def _tls() -> ssl.SSLContext:
    """Reading the authorities takes far longer than a request."""
    return httpx2.create_ssl_context(trust_env=False)


class NoProxyError(InjectorError):
    """The API answers and has no such proxy: nothing can be in place there."""


class ProxyApi:
    """One proxy at one API. headers: with the secret that the API may want.

    Raises InjectorError: permanent when it is refused, else (unreachable, slow, out of order) another try may do.
    """

    def __init__(self, *, url: str, proxy: str, headers: Mapping[str, str]) -> None:
        self._url = url.rstrip("/")
        self._path = f"/proxies/{quote(proxy, safe='')}"
        self._proxy = proxy
        self._headers = dict(headers)

    def is_enabled(self) -> bool:
        return bool(self.proxy()["enabled"])

    def proxy(self) -> Mapping[str, Any]:
        """Raises NoProxyError when the API itself says that there is none; any other 404 may be somebody else's."""
        found = self._ask("GET", self._path, also=HTTPStatus.NOT_FOUND)
        if isinstance(found, Mapping) and "proxy not found" in (found.get("error"), found.get("title")):
            raise NoProxyError(f"{self._url} has no proxy {self._proxy!r}: name one it has", is_permanent=True)
        if not isinstance(found, Mapping) or not isinstance(found.get("enabled"), bool):
            raise InjectorError(f"{self._url} answers, but not as a Toxiproxy does: check api_url")
        return found

    def enable(self, *, is_enabled: bool) -> None:
        if self._ask("POST", self._path, {"enabled": is_enabled}) is None:
            self.proxy()

    def toxic(self, name: str) -> Mapping[str, Any] | None:
        """None: there is no such toxic at this proxy."""
        found = self._ask("GET", self._toxic_path(name))
        if found is None:
            self.proxy()  # it may be the proxy that is missing
            return None
        if not isinstance(found, Mapping):
            raise InjectorError(f"{self._url} answers, but not as a Toxiproxy does: check api_url")
        return found

    def add_toxic(self, toxic: Mapping[str, Any]) -> bool:
        """Whether it is new; False when the proxy has one of its name."""
        found = self._ask("POST", f"{self._path}/toxics", toxic, also=HTTPStatus.CONFLICT)
        if found is None:
            self.proxy()
            raise InjectorError(f"{self._url} did not take the toxic: it has no such address")
        if isinstance(found, Mapping) and found.get("status") == HTTPStatus.CONFLICT:
            if self.toxic(str(toxic["name"])) is None:
                raise InjectorError(f"{self._url}: {found.get('error')}", is_permanent=True)
            return False
        return True

    def remove_toxic(self, name: str) -> None:
        """None there is success. Ours lets the name not come back, which a Toxiproxy does not know."""
        self._ask("DELETE", f"{self._toxic_path(name)}?final=true")

    def _toxic_path(self, name: str) -> str:
        return f"{self._path}/toxics/{quote(name, safe='')}"

    def _ask(self, method: str, path: str, body: Any = None, *, also: int | None = None) -> Any:
        """The answer's JSON; None for 404; {} where there is nothing in it."""
        status, content = self._sent(method, path, body)
        if status == HTTPStatus.NOT_FOUND != also:
            return None
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status == also:
            return self._decoded(content)
        is_permanent = status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _PASSING
        said = content[:300].decode(errors="replace").strip()
        raise InjectorError(f"{self._url}{path} answered {status}: {said}", is_permanent=is_permanent)

    def _sent(self, method: str, path: str, body: Any) -> tuple[int, bytes]:
        timeout = httpx2.Timeout(WAIT_SECONDS)
        try:
            with (
                httpx2.Client(verify=_tls(), timeout=timeout, follow_redirects=False, trust_env=False) as client,
                client.stream(method, self._url + path, headers=self._sent_headers, json=body) as answer,
            ):
                return answer.status_code, self._read(answer)
        except OutboundRefused as error:
            raise InjectorError(str(error), is_permanent=True) from error
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise InjectorError(f"{self._url} is no address of an API: {error}", is_permanent=True) from error
        except (httpx2.HTTPError, OSError) as error:
            raise InjectorError(f"{self._url} cannot be asked: {type(error).__name__} {error}".strip()) from error

    @property
    def _sent_headers(self) -> dict[str, str]:
        return {"Accept-Encoding": "identity", "User-Agent": "reliability", **self._headers}

    def _read(self, answer: httpx2.Response) -> bytes:
        content = b""
        deadline = time.monotonic() + TOTAL_SECONDS
        for part in answer.iter_raw():
            content += part
            if len(content) > ANSWER_BYTES_MAX or time.monotonic() > deadline:
                raise InjectorError(f"{self._url} answers too much or too slowly: check api_url")
        return content

    def _decoded(self, content: bytes) -> Any:
        if not content.strip():
            return {}
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise InjectorError(f"{self._url} answers, but no JSON: check api_url") from error
