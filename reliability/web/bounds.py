"""The ASGI layer in front of Django: bounds on bodies, time and concurrency, and the id of each request.

A slow or hostile client costs a socket and a spool file here, never a thread: the application is called when the
whole body has arrived, and by at most REQUESTS_MAX requests at once.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from reliability.web.metrics import HTTP_SECONDS, REFUSED_BODIES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_SPOOL_BYTES = 256 * 1024
_PIECE_BYTES = 64 * 1024
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _RefusedError(Exception):
    def __init__(self, *, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message


class _ClientLeftError(Exception):
    """The connection closed before the body was complete."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """body_bytes: of one body. idle_seconds: without a byte of it. body_seconds: for all of it. requests: at once.

    linger_seconds: how long the rest of a refused body is read and dropped. Closing at once would reset the
    connection, and the client would never see the answer. Source: lingering_close of nginx.

    ends: how addresses begin whose calls count more than their bodies, such as "/ping/": of a body there at most so
    many bytes are kept, the last ones, and one that is larger or too slow is cut instead of refused.
    """

    body_bytes: int
    idle_seconds: float
    body_seconds: float
    requests: int
    linger_seconds: float = 5.0
    ends: Mapping[str, int] = field(default_factory=dict)

    def end_of(self, path: str) -> int | None:
        """How many bytes of a body are kept there; None for all or nothing."""
        return next((kept for start, kept in self.ends.items() if path.startswith(start)), None)


class BoundedApp:
    """Wraps an ASGI application; requests other than HTTP pass through."""

    def __init__(self, app: App, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds
        self._slots = asyncio.Semaphore(bounds.requests)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] == "/healthz":
            await _is_alive(send)  # without a place or a thread: under load it is slow, not dead
            return
        request_id = str(uuid.uuid4())
        headers = [(name, value) for name, value in scope["headers"] if name != b"x-request-id"]
        named = [*headers, (b"x-request-id", request_id.encode())]
        scope = {**scope, "headers": named, "asked_at": time.perf_counter()}  # who waited for long may be told so
        answer = _Answer(send=send, request_id=request_id, method=scope["method"])
        try:
            with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as body:
                kept = self._bounds.end_of(scope["path"])
                if kept is None:
                    await self._read(dict(headers), receive, body)
                else:
                    length = await self._read_end(dict(headers), receive, body, kept=kept)
                    scope["headers"] = [*_without_length(named), (b"content-length", str(length).encode())]
                await self._slots.acquire()
                answer.on_start = self._slots.release
                try:
                    await self._app(scope, _replay(body, receive), answer.send)
                finally:
                    answer.started()
        except _RefusedError as refusal:
            REFUSED_BODIES.labels(reason=refusal.reason).inc()
            await answer.refuse(refusal, receive, linger_seconds=self._bounds.linger_seconds)
        except _ClientLeftError:
            REFUSED_BODIES.labels(reason="client_left").inc()

    async def _read(self, headers: dict[bytes, bytes], receive: Receive, body: IO[bytes]) -> None:
        bounds = self._bounds
        announced = headers.get(b"content-length", b"")
        if announced.isdigit() and int(announced) > bounds.body_bytes:
            raise self._too_large()
        if announced in (b"", b"0") and b"transfer-encoding" not in headers:
            return
        ends_at = time.monotonic() + bounds.body_seconds
        received = 0
        while True:
            seconds = min(bounds.idle_seconds, ends_at - time.monotonic())
            try:
                message = await asyncio.wait_for(receive(), timeout=max(seconds, 0.0))
            except TimeoutError:
                raise _RefusedError(
                    status=408,
                    reason="too_slow",
                    message="the body did not arrive in time: send it without long pauses, or in smaller requests",
                ) from None
            if message["type"] == "http.disconnect":
                raise _ClientLeftError
            piece = message.get("body", b"")
            received += len(piece)
            if received > bounds.body_bytes:
                raise self._too_large()
            body.write(piece)
            if not message.get("more_body", False):
                return

    async def _read_end(self, headers: dict[bytes, bytes], receive: Receive, body: IO[bytes], *, kept: int) -> int:
        """Read all of it within its time, and keep the end. Returns how many bytes that is."""
        end = bytearray()
        if headers.get(b"content-length", b"") not in (b"", b"0") or b"transfer-encoding" in headers:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._bounds.body_seconds):
                    await self._read_pieces(receive, end, kept=kept)
        body.write(end)
        return len(end)

    async def _read_pieces(self, receive: Receive, end: bytearray, *, kept: int) -> None:
        while True:
            message = await asyncio.wait_for(receive(), timeout=self._bounds.idle_seconds)
            if message["type"] == "http.disconnect":
                raise _ClientLeftError
            end += message.get("body", b"")[-kept:]
            del end[:-kept]
            if not message.get("more_body", False):
                return

    def _too_large(self) -> _RefusedError:
        return _RefusedError(
            status=413,
            reason="too_large",
            message=f"the body is larger than {self._bounds.body_bytes} bytes: send smaller requests "
            "(BODY_BYTES_MAX sets the bound)",
        )


def _without_length(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name not in (b"content-length", b"transfer-encoding")]


def _replay(body: IO[bytes], receive: Receive) -> Receive:
    """The body as the application's own receive; afterwards it hears only of the client's leaving."""
    body.seek(0)
    is_over = False

    async def replay() -> Message:
        nonlocal is_over
        if is_over:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return message
        piece = body.read(_PIECE_BYTES)
        is_over = len(piece) < _PIECE_BYTES
        return {"type": "http.request", "body": piece, "more_body": not is_over}

    return replay


class _Answer:
    """The answer of one request: adds the request's id, measures the time until it began."""

    def __init__(self, *, send: Send, request_id: str, method: str) -> None:
        self._send = send
        self._request_id = request_id
        self._method = method if method in _METHODS else "other"
        self._asked_at = time.perf_counter()
        self.on_start: Callable[[], None] | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started()
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self._request_id.encode())]
            status = f"{message['status'] // 100}xx"
            HTTP_SECONDS.labels(method=self._method, status=status).observe(time.perf_counter() - self._asked_at)
        await self._send(message)

    def started(self) -> None:
        """Free the request's place: what follows is sending, which needs no thread."""
        release, self.on_start = self.on_start, None
        if release is not None:
            release()

    async def refuse(self, refusal: _RefusedError, receive: Receive, *, linger_seconds: float) -> None:
        """Answer in the envelope of the API, then drop what the client is still sending, then close."""
        error = {
            "reason": refusal.reason,
            "message": refusal.message,
            "details": [],
            "request_id": self._request_id,
        }
        content = json.dumps({"error": error}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": content, "more_body": True})
        await _drop_rest(receive, seconds=linger_seconds)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


async def _is_alive(send: Send) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"3"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok\n"})


async def _drop_rest(receive: Receive, *, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return
