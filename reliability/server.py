"""The web process: uvicorn, with the bounds on connections and headers that it lacks.

`python -m reliability.server` listens on HOST and PORT, or on the socket LISTEN_FD that a supervisor holds open
across restarts, so that no connection is refused meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from asyncio import TimerHandle, Transport

import uvicorn
from django.conf import settings
from django.utils import timezone
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from reliability.asgi import application
from reliability.web.metric_files import fold

HEADER_BYTES_MAX = 64 * 1024
CONNECTIONS_MAX = 2000
BACKLOG = 512
SHUTDOWN_SECONDS = 6
LAST_REQUEST_SECONDS = 1.0


class BoundedProtocol(HttpToolsProtocol):
    """Cuts a connection whose headers do not arrive in time, or are larger than any honest client's.

    When the server is told to end, who has connected and asked nothing yet, or is in the middle of asking, has a second
    to do so and is answered: uvicorn closes such a connection, and its client cannot know whether it may ask again.
    """

    is_ending = False  # the one server of this process
    _header_timer: TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        if connection.family in (socket.AF_INET, socket.AF_INET6):
            # asyncio does so only for sockets that name their protocol. Without it the body of an answer waits up to
            # 40 ms for the acknowledgement of its head.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._await_headers()
        if self.is_ending:
            self._await_last_request()

    def shutdown(self) -> None:
        if self._header_timer is not None and self._is_idle:
            self._await_last_request()
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._header_timer is None:
            return
        self._header_bytes += len(data)
        if self._header_bytes > HEADER_BYTES_MAX:
            self._cut(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        self._await_headers()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._headers_arrived()
        if not self.transport.is_closing():
            super().on_headers_complete()
            if self.is_ending:
                self.cycle.keep_alive = False

    @property
    def _is_idle(self) -> bool:
        """No request of it is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _await_last_request(self) -> None:
        self.loop.call_later(LAST_REQUEST_SECONDS, self._end_unless_asked)

    def _end_unless_asked(self) -> None:
        if not self._is_idle:
            return
        if self._header_bytes:
            self._cut(b"408 Request Timeout")
        else:
            self.transport.close()

    def _await_headers(self) -> None:
        if self._header_timer is None:
            self._header_timer = self.loop.call_later(settings.HEADER_SECONDS_MAX, self._cut, b"408 Request Timeout")

    def _headers_arrived(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None
        self._header_bytes = 0

    def _cut(self, status: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()


class Server(uvicorn.Server):
    """Tells the protocol that the process ends, also for connections that are made meanwhile."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        BoundedProtocol.is_ending = True
        await super().shutdown(sockets)


def listening_socket() -> socket.socket:
    """The supervisor's socket, or a new one on HOST and PORT. Raises OSError when the port is taken."""
    inherited = os.environ.get("LISTEN_FD")
    if inherited:
        return socket.socket(fileno=int(inherited))
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def _raise_file_limit() -> None:
    """A thousand sockets need more than the usual 1024 files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192 if hard == resource.RLIM_INFINITY else min(8192, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> None:
    _raise_file_limit()
    fold(directory=settings.METRICS_DIR, now=timezone.now())
    config = uvicorn.Config(
        application,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # django-structlog logs each request with its id
        server_header=False,
        proxy_headers=settings.BEHIND_PROXY,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    Server(config).run(sockets=[listening_socket()])


if __name__ == "__main__":
    main()
