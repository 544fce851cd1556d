"""Whose a delivery is: signatures over the raw bytes, and tokens; every pair is compared, in constant time. Pure.

GitHub: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the body>`,
https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries.
GitLab: `X-Gitlab-Token`, or signed as Standard Webhooks are: `webhook-signature: v1,<base64>` over `id.timestamp.body`,
https://docs.gitlab.com/user/project/integrations/webhooks/ and https://www.standardwebhooks.com. As signing token
GitLab takes nothing but `whsec_` and the base64 of 32 bytes: `signing_token` makes one of a key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

_SIGNATURES_MAX = 10
# Standard Webhooks: older ones may be a recording that somebody plays again.
_AGE_MAX = timedelta(minutes=5)
_STANDARD_PREFIX = "whsec_"
Headers = Mapping[str, str]


def key_of_github(*, headers: Headers, body: bytes, keys: Sequence[str]) -> int | None:
    """Which of the keys signed it, by index; None when none did."""
    given = headers.get("x-hub-signature-256", "").strip().lower()
    return _fitting(["sha256=" + _hmac(key.encode(), body).hex() for key in keys], [given])


def key_of_gitlab(*, headers: Headers, body: bytes, keys: Sequence[str], now: datetime) -> int | None:
    """A signature of the last five minutes, or the token: GitLab may sign with a token of its own besides."""
    signer = _key_of_standard(headers=headers, body=body, keys=keys, now=now)
    return signer if signer is not None else _fitting(list(keys), [headers.get("x-gitlab-token", "")])


def signing_token(key: str) -> str:
    """The key as Standard Webhooks wants secrets: `whsec_` and the base64 of its SHA-256."""
    return _STANDARD_PREFIX + base64.b64encode(_token_bytes(key)).decode()


def key_of_bearer(*, headers: Headers, keys: Sequence[str]) -> int | None:
    """The key as a bearer token, or in X-Integration-Key."""
    scheme, _, presented = headers.get("authorization", "").partition(" ")
    given = presented.strip() if scheme.lower() == "bearer" else headers.get("x-integration-key", "").strip()
    return _fitting(list(keys), [given])


def _key_of_standard(*, headers: Headers, body: bytes, keys: Sequence[str], now: datetime) -> int | None:
    told_id, told_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not told_at.isascii() or not told_at.isdigit() or len(told_at) > 12:
        return None
    if abs(now.timestamp() - int(told_at)) > _AGE_MAX.total_seconds():
        return None
    message = b".".join((told_id.encode(), told_at.encode(), body))
    given = headers.get("webhook-signature", "").split()[:_SIGNATURES_MAX]
    for form in (_standard_key, _token_bytes):
        expected = ["v1," + base64.b64encode(_hmac(form(key), message)).decode() for key in keys]
        if (found := _fitting(expected, given)) is not None:
            return found
    return None


def _token_bytes(key: str) -> bytes:
    """What a sender signs with that was given the signing token."""
    return hashlib.sha256(key.encode()).digest()


def _standard_key(key: str) -> bytes:
    """`whsec_` and base64, as the standard has it; any other text is the key itself."""
    if key.startswith(_STANDARD_PREFIX):
        try:
            return base64.b64decode(key.removeprefix(_STANDARD_PREFIX), validate=True)
        except binascii.Error:
            pass
    return key.encode()


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _fitting(expected: Sequence[str], given: Sequence[str]) -> int | None:
    pairs = [(index, one, other) for index, one in enumerate(expected) for other in given if other]
    fits = [index for index, one, other in pairs if hmac.compare_digest(one.encode(), other.encode())]
    return fits[0] if fits else None
