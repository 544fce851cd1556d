"""Resolving a host once and checking every address, so that clients connect to exactly what was checked."""

from __future__ import annotations

import socket

from django.conf import settings

from reliability.web.outbound_policy import OutboundPolicy, OutboundRefused


def current_policy() -> OutboundPolicy:
    """The policy of the settings as they are now (tests and operators change them)."""
    return OutboundPolicy.parse(settings.OUTBOUND_ALLOWED_HOSTS)


def allowed_addresses(*, host: str, port: int, policy: OutboundPolicy) -> list[str]:
    """The addresses of *host* that may be connected to, in the resolver's order.

    Callers connect to these literal addresses, never to the name: a second, different answer of a
    hostile name server (DNS rebinding) is never asked for.
    Raises socket.gaierror for an unknown name, OutboundRefused when no address is allowed.
    """
    bare = host.strip("[]")
    allowed: list[str] = []
    refused: OutboundRefused | None = None
    for *_, target in socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM):
        address = str(target[0])
        why = policy.refusal(host=bare, address=address)
        if why is None:
            allowed.append(address)
        else:
            refused = OutboundRefused(host=bare, address=address, why=why)
    if allowed:
        return allowed
    raise refused or socket.gaierror(socket.EAI_NONAME, f"{host} has no address")
