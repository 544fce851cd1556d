"""The guarded HTTP client for webhooks, chat and whatever else leaves this machine.

Each connection goes to an address that was checked (outbound_policy), redirects are answers and not
followed, every wait has a time-out, and no more than `body_bytes_max` of an answer is read.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

import httpcore2
import httpx2
from django.conf import settings

from reliability.web.outbound_addresses import allowed_addresses, current_policy
from reliability.web.outbound_policy import OutboundPolicy, OutboundRefused
from reliability.web.outbound_streams import TimedStream, seconds_left

__all__ = ["OutboundAnswer", "OutboundError", "OutboundRefused", "send"]

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0


class OutboundError(Exception):
    """A request that got no usable answer; `may_have_arrived` tells whether a repeat may double it."""

    def __init__(self, reason: str, message: str, *, may_have_arrived: bool) -> None:
        super().__init__(message)
        self.reason = reason
        self.may_have_arrived = may_have_arrived


@dataclass(frozen=True, slots=True)
class OutboundAnswer:
    """What came back: any status, also an error or a redirect (its target is in `headers`)."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class _CheckedBackend(httpcore2.NetworkBackend):
    """Connects to checked addresses instead of names. TLS still verifies the name: that is the pool's business."""

    def __init__(self, policy: OutboundPolicy, until: float) -> None:
        self._policy = policy
        self._until = until
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            addresses = allowed_addresses(host=host, port=port, policy=self._policy)
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        for address in addresses[:-1]:
            try:
                return self._connected(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._connected(addresses[-1], port, timeout, local_address, socket_options)

    def _connected(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None,
    ) -> httpcore2.NetworkStream:
        left = seconds_left(until=self._until, most=timeout)
        if left <= 0:
            raise httpcore2.ConnectTimeout("the time for the whole request is over")
        stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
        return TimedStream(stream, until=self._until)


class _CheckedTransport(httpx2.HTTPTransport):
    """httpx's transport over a pool with the checked backend, which its constructor has no argument for."""

    def __init__(self, *, policy: OutboundPolicy, until: float) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        self._pool = httpcore2.ConnectionPool(ssl_context=_tls(), network_backend=_CheckedBackend(policy, until))


@cache
def _tls() -> ssl.SSLContext:
    """Reading the authorities takes twenty times as long as a request; a context serves any number of threads."""
    return httpx2.create_ssl_context(trust_env=False)


def send(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    connect_seconds: float = CONNECT_SECONDS,
    read_seconds: float = READ_SECONDS,
    total_seconds: float = 20.0,
    body_bytes_max: int | None = None,
    is_beginning_enough: bool = False,
) -> OutboundAnswer:
    """Send one request and read its answer, at most *body_bytes_max* bytes (default OUTBOUND_BODY_BYTES_MAX).

    is_beginning_enough: an answer that is longer, dribbles in or breaks off is cut there instead of an error, for
    those who need its status above all.
    Raises OutboundRefused for an address that is not allowed, OutboundError for everything else that
    yields no answer. No compression is asked for, and a compressed answer is refused.
    """
    deadline = time.monotonic() + total_seconds
    limit = settings.OUTBOUND_BODY_BYTES_MAX if body_bytes_max is None else body_bytes_max
    timeout = httpx2.Timeout(read_seconds, connect=connect_seconds)
    transport = _CheckedTransport(policy=current_policy(), until=deadline)
    with httpx2.Client(transport=transport, timeout=timeout, follow_redirects=False, trust_env=False) as client:
        try:
            request = client.build_request(
                method, url, content=content, headers={**(headers or {}), "Accept-Encoding": "identity"}
            )
            response = client.send(request, stream=True)
            try:
                body = _bounded_body(response, limit=limit, deadline=deadline, is_beginning_enough=is_beginning_enough)
            finally:
                response.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise OutboundError("unreachable", f"{url} cannot be reached: {error}", may_have_arrived=False) from error
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.LocalProtocolError) as error:
            raise OutboundError("invalid_request", f"{url} cannot be asked: {error}", may_have_arrived=False) from error
        except httpx2.TimeoutException as error:
            raise OutboundError(
                "timeout", f"{url} did not answer within {min(read_seconds, total_seconds):g} s", may_have_arrived=True
            ) from error
        except httpx2.HTTPError as error:
            raise OutboundError("broken_answer", f"{url} broke off: {error}", may_have_arrived=True) from error
    return OutboundAnswer(status=response.status_code, headers=dict(response.headers), body=body)


def _bounded_body(response: httpx2.Response, *, limit: int, deadline: float, is_beginning_enough: bool) -> bytes:
    if is_beginning_enough:
        return b"" if _is_compressed(response) else _beginning(response, limit=limit, deadline=deadline)
    if _is_compressed(response):
        raise OutboundError("compressed_answer", f"{response.url} compressed its answer unasked", may_have_arrived=True)
    parts: list[bytes] = []
    size = 0
    for part in response.iter_raw():  # as it arrives: with a size it would wait until that is complete
        size += len(part)
        if size > limit:
            raise OutboundError(
                "answer_too_large", f"{response.url} answered more than {limit} bytes", may_have_arrived=True
            )
        if time.monotonic() > deadline:
            raise OutboundError("timeout", f"{response.url} answers too slowly", may_have_arrived=True)
        parts.append(part)
    return b"".join(parts)


def _is_compressed(response: httpx2.Response) -> bool:
    return bool(response.headers.get("content-encoding", "identity").lower() != "identity")


def _beginning(response: httpx2.Response, *, limit: int, deadline: float) -> bytes:
    body = b""
    with suppress(httpx2.TransportError):  # the status is known, and says what became of the request
        for part in response.iter_raw():
            body += part
            if len(body) >= limit or time.monotonic() > deadline:
                break
    return body[:limit]
