"""Which addresses outgoing requests may reach: public ones, and those the operator allows by name or network."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# `is_global` calls these public, yet they lead to (or embed) private addresses: NAT64, 6to4, site-local.
_DISGUISED = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fec0::/10"))


class OutboundRefused(Exception):  # noqa: N818 — the word of the decision; never an OSError, which clients would retry
    """A connection that was not made because its address is not allowed; the message says what to change."""

    reason = "address_refused"

    def __init__(self, *, host: str, address: str, why: str) -> None:
        self.host = host
        self.address = address
        where = host if host == address else f"{host} ({address})"
        super().__init__(
            f"{where} {why}, so no connection was made: "
            f"if this is intended, add {host} or a network such as {_suggest_network(address)} "
            f"to OUTBOUND_ALLOWED_HOSTS"
        )


class OutboundPolicyError(ValueError):
    """An entry of OUTBOUND_ALLOWED_HOSTS that is neither host, suffix nor network."""


@dataclass(frozen=True, slots=True)
class OutboundPolicy:
    """Exact host names, suffixes (with their leading dot) and networks that may be reached although not public."""

    hosts: frozenset[str]
    suffixes: tuple[str, ...]
    networks: tuple[Network, ...]

    @classmethod
    def parse(cls, entries: Iterable[str]) -> Self:
        """Read `prometheus.internal`, `.internal` (or `*.internal`), `10.0.0.0/8`, `127.0.0.1`.

        Raises OutboundPolicyError naming the entry that is none of these.
        """
        hosts: set[str] = set()
        suffixes: list[str] = []
        networks: list[Network] = []
        for entry in (raw.strip().lower().removeprefix("*") for raw in entries):
            network = _network(entry)
            if network is not None:
                networks.append(network)
            elif entry.startswith(".") and len(entry) > 1:
                suffixes.append(entry)
            elif entry.rstrip(".") and not set(entry) & set("/: *"):
                hosts.add(entry.rstrip("."))
            else:
                raise OutboundPolicyError(
                    f"OUTBOUND_ALLOWED_HOSTS: {entry!r} is no host name, .suffix or network such as 10.0.0.0/8"
                )
        return cls(frozenset(hosts), tuple(suffixes), tuple(networks))

    def refusal(self, *, host: str, address: str) -> str | None:
        """Why a connection to *address*, to which *host* resolved, is refused; None when it is allowed.

        A listed network allows all of its addresses except multicast; a listed name does not allow
        link-local addresses, where clouds keep their metadata service.
        """
        peer = _unmapped(ipaddress.ip_address(address.partition("%")[0]))
        if peer.is_multicast:
            return "is a multicast address"
        if any(peer in network for network in self.networks):
            return None
        if peer.is_link_local:
            return "is a link-local address (where clouds serve credentials)"
        if any(peer in network for network in _DISGUISED):
            return "is a translated address that may lead to a private one"
        if peer.is_global or self._names(host):
            return None
        return "is the machine itself" if peer.is_loopback or peer.is_unspecified else "is in a private network"

    def _names(self, host: str) -> bool:
        name = host.lower().rstrip(".")
        return name in self.hosts or any(name.endswith(suffix) for suffix in self.suffixes)


def _unmapped(address: Address) -> Address:
    """::ffff:127.0.0.1 is 127.0.0.1."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None


def _suggest_network(address: str) -> str:
    peer = _unmapped(ipaddress.ip_address(address.partition("%")[0]))
    known = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
    for text in known:
        if peer in ipaddress.ip_network(text):
            return text
    return f"{peer}/{peer.max_prefixlen}"
