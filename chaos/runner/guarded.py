"""Connections of this process go where the operator allows, whatever library makes them.

An audit hook (PEP 578) sees each `socket.connect` before it happens, with the very address: redirects and names that
resolve to something else do not get by. Unix sockets are refused.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from reliability.web.outbound_policy import OutboundPolicy, OutboundRefused

# Which names resolved to which address, so that an allowed name allows its addresses.
_names: dict[str, str] = {}
_lock = threading.Lock()
_NAMES_MAX = 10_000
_of_thread = threading.local()
_INTERNET_ADDRESS_PARTS = 2


def guard_connections(*, allowed: Iterable[str]) -> None:
    """From here on until the process ends. Raises OutboundPolicyError for an entry that is not understood."""
    policy = OutboundPolicy.parse(allowed)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            _check(policy, arguments[1])

    _remember_names()
    sys.addaudithook(hook)


@contextmanager
def guarding_thread(*, allowed: Iterable[str]) -> Iterator[None]:
    """The same for this thread alone, inside of the block: for a process that has connections of its own, too."""
    policy = OutboundPolicy.parse(allowed)
    _guard_threads()
    _of_thread.policy = policy
    try:
        yield
    finally:
        _of_thread.policy = None


@cache
def _guard_threads() -> None:
    """Once per process: a hook cannot be taken away again."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        policy = getattr(_of_thread, "policy", None)
        if event == "socket.connect" and policy is not None:
            _check(policy, arguments[1])

    _remember_names()
    sys.addaudithook(hook)


def _check(policy: OutboundPolicy, address: object) -> None:
    if not isinstance(address, tuple) or len(address) < _INTERNET_ADDRESS_PARTS:
        raise OutboundRefused(host="a socket of this machine", address="127.0.0.1", why="is the machine itself")
    peer = str(address[0])
    with _lock:
        host = _names.get(peer, peer)
    why = policy.refusal(host=host, address=peer)
    if why is not None:
        raise OutboundRefused(host=host, address=peer, why=why)


def _remember_names() -> None:
    """Libraries resolve, then connect to an address: the name is remembered in between."""
    original = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        found = original(host, *arguments, **options)
        with _lock:
            if len(_names) > _NAMES_MAX:
                _names.clear()
            for *_, address in found:
                _names[str(address[0])] = host.decode() if isinstance(host, bytes) else str(host)
        return found

    socket.getaddrinfo = getaddrinfo  # libraries look it up in the module at each call
