"""Secrets that are shown once: API tokens and the links by which people set a password."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

TOKEN_MARK = "rel_"  # noqa: S105  what scanners for leaked secrets recognise a token by
_PREFIX_BYTES = 4
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secret:
    """text: what the bearer presents. prefix: what may be shown later. hash: SHA-256 in hex, all that is stored."""

    text: str
    prefix: str
    hash: str


def hash_of_secret(presented: str) -> str:
    """SHA-256 in hex. No salt or stretching: what is hashed is 256 random bits."""
    return hashlib.sha256(presented.encode()).hexdigest()


def new_token_secret() -> Secret:
    """A token such as rel_9f2c41d0_…: 256 random bits behind a prefix that tells tokens apart."""
    prefix = f"{TOKEN_MARK}{secrets.token_hex(_PREFIX_BYTES)}"
    text = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return Secret(text=text, prefix=prefix, hash=hash_of_secret(text))


def new_link_secret() -> Secret:
    """The secret of a one-time link."""
    text = secrets.token_urlsafe(_SECRET_BYTES)
    return Secret(text=text, prefix=text[:4], hash=hash_of_secret(text))
