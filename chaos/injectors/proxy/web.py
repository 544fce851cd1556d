"""A small HTTP/1.1 server for the API: bounded in everything, and closed to browsers.

A page in somebody's browser must not drive the proxy: requests that carry Origin or Sec-Fetch-Site are refused, and so
is a Host that is a foreign name (DNS rebinding). Addresses, localhost and names the operator allows pass.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

from chaos.injectors.proxy.bounds import API_BODY_BYTES_MAX, API_CONNECTIONS_MAX, API_IDLE_SECONDS, READ_BYTES
from chaos.injectors.proxy.errors import ApiError, bad_body

_log = logging.getLogger(__name__)
_NEEDS_MORE = (h11.NEED_DATA, h11.PAUSED)


@dataclass(frozen=True, slots=True)
class Asked:
    """parts: of the path, decoded. body: None when there is none."""

    method: str
    parts: tuple[str, ...]
    query: dict[str, str]
    body: Any = None


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    value: Any = None


Answering = Callable[[Asked], Awaitable[Answered]]


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may ask. names: hosts besides addresses and localhost. token: blank, or what each request must bear."""

    names: Collection[str] = ()
    token: str = ""

    def check(self, headers: dict[str, str]) -> None:
        """Raises ApiError."""
        if "origin" in headers or "sec-fetch-site" in headers:
            raise ApiError("requests of web pages are refused", status=403)
        host = _host(headers.get("host", "localhost"))
        if host != "localhost" and host not in self.names and not _is_address(host):
            raise ApiError(f"host {host!r:.80} is not known here: start with --allow-host {host:.80}", status=403)
        expected = f"Bearer {self.token}"
        if self.token and not hmac.compare_digest(headers.get("authorization", "").encode(), expected.encode()):
            raise ApiError("give the token: Authorization: Bearer …", status=401)


class WebServer:
    def __init__(self, *, answering: Answering, gate: Gate) -> None:
        self._answering = answering
        self._gate = gate
        self._open = 0

    async def start(self, *, host: str, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._serve, host, port, limit=READ_BYTES)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= API_CONNECTIONS_MAX:
                await self._requests(reader, writer)
        except (OSError, TimeoutError, h11.RemoteProtocolError, h11.LocalProtocolError):
            pass  # who asked went away, or does not speak HTTP
        finally:
            self._open -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        spoken = h11.Connection(h11.SERVER)
        while True:
            async with asyncio.timeout(API_IDLE_SECONDS):
                answered = await self._one(spoken, reader, writer)
                if answered is None:
                    return
                _write(spoken, writer, answered)
                await writer.drain()
            if spoken.our_state is not h11.DONE or spoken.their_state is not h11.DONE:
                return
            spoken.start_next_cycle()

    async def _one(
        self, spoken: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Answered | None:
        """The next request, answered; None at the end."""
        try:
            request = await _next_event(spoken, reader, writer)
            if not isinstance(request, h11.Request):
                return None
            headers = {name.decode("ascii"): value.decode("latin-1") for name, value in request.headers}
            self._gate.check(headers)
            body = await _body(spoken, reader, writer)
            return await self._answering(_asked(request, body))
        except h11.RemoteProtocolError as error:
            if spoken.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
                raise
            return _refused(ApiError(f"bad request: {error}"))
        except ApiError as error:
            return _refused(error)
        except Exception:
            _log.exception("a request to the API failed")
            return _refused(ApiError("the proxy failed to do this: its log says why", status=500))


async def _next_event(spoken: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
    while True:
        event = spoken.next_event()
        if event not in _NEEDS_MORE:
            return event
        if spoken.they_are_waiting_for_100_continue:
            writer.write(spoken.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
        spoken.receive_data(await reader.read(READ_BYTES))


async def _body(spoken: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    body = b""
    while isinstance(event := await _next_event(spoken, reader, writer), h11.Data):
        body += event.data
        if len(body) > API_BODY_BYTES_MAX:
            raise ApiError(f"a body has at most {API_BODY_BYTES_MAX:,} bytes", status=413)
    return body


def _asked(request: h11.Request, body: bytes) -> Asked:
    target = urlsplit(request.target.decode("ascii", "replace"))
    try:
        value = json.loads(body) if body.strip() else None
    except (ValueError, RecursionError) as error:
        raise bad_body("it is no JSON") from error
    return Asked(
        method=request.method.decode("ascii"),
        parts=tuple(unquote(part) for part in target.path.strip("/").split("/") if part),
        query=dict(parse_qsl(target.query)),
        body=value,
    )


def _refused(error: ApiError) -> Answered:
    return Answered(status=error.status, value={"error": str(error), "status": error.status})


def _write(spoken: h11.Connection, writer: asyncio.StreamWriter, answered: Answered) -> None:
    body = b"" if answered.value is None else json.dumps(answered.value).encode()
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    if answered.status != HTTPStatus.NO_CONTENT:
        headers.append(("Content-Length", str(len(body))))
    if spoken.their_state is h11.SEND_BODY:  # refused before its body was read: what follows is no request
        headers.append(("Connection", "close"))
    reason = HTTPStatus(answered.status).phrase.encode()
    writer.write(spoken.send(h11.Response(status_code=answered.status, headers=headers, reason=reason)) or b"")
    if body:
        writer.write(spoken.send(h11.Data(data=body)) or b"")
    writer.write(spoken.send(h11.EndOfMessage()) or b"")


def _host(text: str) -> str:
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return text


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
