"""One query: hit by a fault, or forwarded."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence

from chaos.injectors.dns.forwarding import ask_by_tcp, ask_by_udp
from chaos.injectors.dns.message import (
    NXDOMAIN,
    REFUSED,
    SERVFAIL,
    DnsError,
    Query,
    address_answer,
    parse_query,
    refusal,
)
from chaos.injectors.proxy.toxics import Toxic

_log = logging.getLogger(__name__)
_random = random.SystemRandom()
_CODES = {"nxdomain": NXDOMAIN, "servfail": SERVFAIL, "refused": REFUSED}


async def answer_to(
    message: bytes, *, toxics: Sequence[Toxic], upstream: tuple[str, int], is_stream: bool
) -> bytes | None:
    """What to send back; None: nothing."""
    try:
        query = parse_query(message)
    except DnsError as error:
        return error.answer
    fault = fault_of(query, toxics)
    if fault is not None:
        effect = fault.attributes["effect"]
        if effect in _CODES:
            return refusal(query, _CODES[effect])
        if effect == "address":
            attributes = fault.attributes
            return address_answer(query, address=attributes["address"], record_ttl=attributes["record_ttl"])
        if effect == "timeout":
            return None
        await asyncio.sleep(fault.attributes["delay"] / 1_000)
    return await _forwarded(message, query=query, upstream=upstream, is_stream=is_stream)


def fault_of(query: Query, toxics: Sequence[Toxic]) -> Toxic | None:
    """The first whose names hold the query's, thrown for each query by its toxicity."""
    for toxic in toxics:
        is_meant = toxic.type == "dns_fault" and _holds(toxic.attributes["domain"], query.name)
        if is_meant and _random.random() < toxic.toxicity:
            return toxic
    return None


def _holds(domain: str, name: str) -> bool:
    """Blank: every name. `*.example.org`: every name below. Otherwise that very name."""
    wanted = domain.lower().rstrip(".")
    if wanted.startswith("*."):
        return name.endswith(wanted[1:])
    return wanted in ("", name)


async def _forwarded(message: bytes, *, query: Query, upstream: tuple[str, int], is_stream: bool) -> bytes | None:
    """The name server's answer, or SERVFAIL; nothing when it says nothing in time, as it would be without us."""
    try:
        if is_stream:
            return await ask_by_tcp(message, query=query, upstream=upstream)
        return await ask_by_udp(message, query=query, upstream=upstream)
    except TimeoutError:
        return None
    except (OSError, asyncio.IncompleteReadError) as error:
        _log.info("name server %s:%s cannot be asked: %s", *upstream, error)
        return refusal(query, SERVFAIL)
