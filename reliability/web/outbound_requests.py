"""The guard of outbound.py for libraries that bring `requests`: an adapter to mount in place of theirs."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError
from urllib3.util.connection import create_connection

from reliability.web.outbound_addresses import allowed_addresses, current_policy

_PART_BYTES = 65536


class BodyTooLarge(Exception):  # noqa: N818 — a bound that was met, not an OSError a client would retry
    """An answer longer than the bound, after decompression."""

    def __init__(self, *, url: str, limit: int) -> None:
        super().__init__(f"{url} answered more than {limit} bytes")


class AnswerTooSlow(Exception):  # noqa: N818 — as above
    """An answer that dribbles in for longer than allowed: the read time-out only bounds each wait."""


class AnswerBroken(Exception):  # noqa: N818 — as above
    """An answer that broke off, or is not compressed as it says."""


class RedirectRefused(Exception):  # noqa: N818 — as above
    """A redirect, which could lead anywhere; the message names its target."""

    def __init__(self, *, url: str, target: str) -> None:
        self.target = target
        super().__init__(f"{url} redirects to {target}, which is not followed: enter the final address itself")


def _checked_socket(connection: HTTPConnection) -> socket.socket:
    """As HTTPConnection._new_conn of urllib3, but to addresses that were checked."""
    try:
        addresses = allowed_addresses(host=connection.host, port=connection.port, policy=current_policy())
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    failure: Exception | None = None
    for address in addresses:
        try:
            return create_connection(
                (address, connection.port), connection.timeout, socket_options=connection.socket_options
            )
        except TimeoutError as error:
            failure = ConnectTimeoutError(connection, f"connecting to {connection.host} timed out")
            failure.__cause__ = error
        except OSError as error:
            failure = NewConnectionError(connection, f"cannot connect to {connection.host}: {error}")
            failure.__cause__ = error
    raise failure or NewConnectionError(connection, f"{connection.host} has no address")


class _CheckedHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked_socket(self)


class _CheckedHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked_socket(self)


class _CheckedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _CheckedHTTPConnection


class _CheckedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _CheckedHTTPSConnection


class GuardedAdapter(HTTPAdapter):
    """requests transport that checks peers, follows no redirect, and bounds the size and duration of answers.

    Sizes are bytes after decompression. `ca_bundle` is PEM text of authorities trusted besides the public ones.
    Retries are the caller's: this adapter makes none.
    """

    def __init__(self, *, body_bytes_max: int, total_seconds: float, ca_bundle: str = "") -> None:
        self._body_bytes_max = body_bytes_max
        self._total_seconds = total_seconds
        self._ca_bundle = ca_bundle
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        if self._ca_bundle:
            context = ssl.create_default_context()
            context.load_verify_locations(cadata=self._ca_bundle)
            pool_kwargs["ssl_context"] = context
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _CheckedHTTPPool, "https": _CheckedHTTPSPool}

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        deadline = time.monotonic() + self._total_seconds
        kwargs["stream"] = True
        kwargs["proxies"] = None  # behind a proxy the peer could not be checked
        response = super().send(request, *args, **kwargs)
        try:
            if response.is_redirect:
                raise RedirectRefused(url=str(request.url), target=response.headers["location"])
            self._read(response, deadline)
        finally:
            response.close()
        return response

    def _read(self, response: Response, deadline: float) -> None:
        parts: list[bytes] = []
        size = 0
        try:
            # read1 returns what has arrived; stream() would wait for a full part, however slowly it comes
            while part := response.raw.read1(_PART_BYTES, decode_content=True):
                size += len(part)
                if size > self._body_bytes_max:
                    raise BodyTooLarge(url=response.url, limit=self._body_bytes_max)
                if time.monotonic() > deadline:
                    raise AnswerTooSlow(f"{response.url} answers too slowly: over {self._total_seconds:g} s in total")
                parts.append(part)
        except ReadTimeoutError as error:
            raise AnswerTooSlow(f"{response.url} stopped answering in the middle") from error
        except HTTPError as error:
            raise AnswerBroken(f"{response.url} broke off in the middle of its answer") from error
        # What `Response.content` returns; requests has no public way to hand it a body that was read already.
        response._content = b"".join(parts)
        response._content_consumed = True  # type: ignore[attr-defined]  # set by requests itself, not in its types
