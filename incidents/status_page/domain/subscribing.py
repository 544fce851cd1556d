"""Addresses of subscribers: folded, hashed, masked, and the networks that ask. Pure."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

SLACK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
ADDRESS_MAX = 254
URL_MAX = 2000
_IPV4_BITS, _IPV6_BITS = 24, 48


class ClaimError(ValueError):
    """Not a text that `Claim.to_text` gives."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signed link says: which subscriber (by key, so that a new key ends old links), and until when.

    expires_at: None for links that change or end a subscription: those hold as long as it does.
    """

    key: str
    expires_at: datetime | None = None

    def to_text(self) -> str:
        return self.key if self.expires_at is None else f"{self.key}.{int(self.expires_at.timestamp())}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Raises ClaimError."""
        key, dot, seconds = text.partition(".")
        if not key or len(key) > 40:
            raise ClaimError("a link names a key")
        if not dot:
            return cls(key)
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
            raise ClaimError("a link ends at an instant")
        return cls(key, datetime.fromtimestamp(int(seconds), UTC))


def folded(address: str) -> str:
    """The same for spellings that most mail servers take for one; sent to is what was typed."""
    return address.strip().lower()


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def masked(address: str) -> str:
    """`jo…@example.org`: enough to recognise, too little to write to."""
    local, at, domain = address.rpartition("@")
    if not at:
        return address
    shown = local[:2] if len(local) > 3 else local[:1]
    return f"{shown}…@{domain}"


def shown_url(url: str) -> str:
    """`hooks.example.org/…4f2a`: the path of a webhook may be its secret."""
    parts = urlsplit(url)
    tail = parts.path.rstrip("/")[-4:] if len(parts.path) > 8 else ""
    return f"{parts.hostname or ''}/…{tail}" if parts.path.strip("/") else parts.hostname or ""


def network_of(address: str | None) -> str:
    """The network that one household or company has: /24 of IPv4, /48 of IPv6. "unknown" without an address."""
    try:
        peer = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    mapped = peer.ipv4_mapped if isinstance(peer, ipaddress.IPv6Address) else None
    peer = mapped or peer
    bits = _IPV4_BITS if peer.version == 4 else _IPV6_BITS
    return str(ipaddress.ip_network(f"{peer}/{bits}", strict=False))
