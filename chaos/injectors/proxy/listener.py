"""A listening socket that can refuse for a while without losing its port."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Coroutine

from chaos.injectors.proxy.endpoints import reset_now, reset_on_close
from chaos.injectors.proxy.errors import ApiError, bad_body

_log = logging.getLogger(__name__)
_BACKLOG = 1024
_AGAIN_SECONDS = 0.1
_OUT_OF_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
PORT_MAX = 65_535


def split_address(text: object, *, field: str) -> tuple[str, int]:
    """("127.0.0.1", 80) of "127.0.0.1:80", ":80" (every address), "[::1]:80". Raises ApiError."""
    host, separator, port = str(text).rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > PORT_MAX or len(host) > 253:
        raise bad_body(f"{field} must be host:port, got {str(text)[:80]!r}")
    return host.strip("[]"), int(port)


def written_address(address: tuple[object, ...]) -> str:
    host, port = str(address[0]), address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def bound_socket(address: tuple[str, int], *, kind: socket.SocketKind) -> socket.socket:
    """Raises ApiError when the address cannot be had."""
    host, port = address
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host or "0.0.0.0", port, type=kind, flags=socket.AI_PASSIVE)  # noqa: S104 — as asked
        family, _, protocol, _, where = found[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ApiError(f"cannot listen on {host}:{port}: {error}", status=500) from error
    try:
        made.setblocking(False)
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
    except OSError as error:
        made.close()
        raise ApiError(f"cannot listen on {host}:{port}: {error}", status=500) from error
    return made


class Listener:
    """Hands accepted connections on while it is up; while down, connecting is refused as by a dead service.

    bound: keeps the port over such times. It never listens itself, so that others may, bound beside it.
    """

    def __init__(self, bound: socket.socket, accept: Callable[[socket.socket], Coroutine[None, None, None]]) -> None:
        self._bound = bound
        self._accept = accept
        self._listening: socket.socket | None = None
        self._handing: dict[asyncio.Task[None], socket.socket] = {}
        self._later: asyncio.TimerHandle | None = None
        self.address = written_address(bound.getsockname())

    def up(self) -> None:
        """Raises ApiError when somebody else listens there meanwhile."""
        if self._listening is not None:
            return
        made = socket.socket(self._bound.family, socket.SOCK_STREAM)
        try:
            made.setblocking(False)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(self._bound.getsockname())
            made.listen(_BACKLOG)
        except OSError as error:
            made.close()
            raise ApiError(f"cannot listen on {self.address}: {error}", status=500) from error
        self._listening = made
        self._watch(made)

    def down(self) -> None:
        """Connections that wait to be accepted, or are being handed on, are reset."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        for task, accepted in self._handing.items():
            reset_on_close(accepted)
            task.cancel()
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
            self._listening = None

    def close(self) -> None:
        self.down()
        self._bound.close()

    def _watch(self, listening: socket.socket) -> None:
        self._later = None
        asyncio.get_running_loop().add_reader(listening, self._take, listening)

    def _take(self, listening: socket.socket) -> None:
        """Without a wait in between: a connection that was taken is never without somebody who would reset it."""
        loop = asyncio.get_running_loop()
        try:
            accepted, _ = listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            if error.errno in _OUT_OF_DESCRIPTORS:
                _log.warning("cannot accept on %s: %s", self.address, error)
            loop.remove_reader(listening)
            self._later = loop.call_later(_AGAIN_SECONDS, self._watch, listening)
            return
        accepted.setblocking(False)
        task = loop.create_task(self._accept(accepted))
        self._handing[task] = accepted
        task.add_done_callback(self._handed)

    def _handed(self, task: asyncio.Task[None]) -> None:
        accepted = self._handing.pop(task)
        if task.cancelled():
            reset_now(accepted)
        elif (error := task.exception()) is not None:
            _log.info("a connection to %s was lost at once: %s", self.address, error)
            reset_now(accepted)
