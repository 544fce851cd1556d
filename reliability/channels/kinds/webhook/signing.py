"""Standard Webhooks signatures. Pure.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: HMAC-SHA256 of
`<id>.<timestamp>.<body>` with the base64 key behind `whsec_` (24 to 64 bytes); several `v1,<base64>` while rotating.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets as randomness
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
_BYTES_MIN, _BYTES_MAX = 24, 64


class SecretError(ValueError):
    """A secret that is none of Standard Webhooks; the message says what one looks like."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(randomness.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Raises SecretError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SecretError("must be whsec_ and base64 behind it") from error
    if not secret.startswith(PREFIX) or not _BYTES_MIN <= len(key) <= _BYTES_MAX:
        raise SecretError(f"must be whsec_ and the base64 of {_BYTES_MIN} to {_BYTES_MAX} bytes, here are {len(key)}")
    return key


def signature(*, secret: str, identity: str, timestamp: int, content: bytes) -> str:
    signed = f"{identity}.{timestamp}.".encode() + content
    return "v1," + base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()


def headers_of(*, identity: str, content: bytes, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The same id at every try, so that receivers drop what they have."""
    timestamp = int(now.timestamp())
    signatures = [
        signature(secret=secret, identity=identity, timestamp=timestamp, content=content) for secret in secrets
    ]
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
        "User-Agent": "Reliability-Webhooks/1",
    }
