"""Credentials at rest: Fernet with rotating keys. The first key encrypts, every key decrypts."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class VaultError(Exception):
    """A blob that none of the keys opens."""

    reason = "key_missing"


def encrypt(text: str) -> bytes:
    return _box(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode())


def decrypt(blob: bytes | memoryview) -> str:
    """The text of *blob*, as a database column gives it. Raises VaultError."""
    try:
        return _box(tuple(settings.ENCRYPTION_KEYS)).decrypt(bytes(blob)).decode()
    except InvalidToken as error:
        raise VaultError(
            "a stored credential was encrypted with a key that ENCRYPTION_KEYS no longer lists: "
            "add the old key behind the new one, or enter the credential again"
        ) from error


def rotate(blob: bytes | memoryview) -> bytes:
    """The same text under the first key. Raises VaultError."""
    return encrypt(decrypt(blob))


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_stretch(key)) for key in keys])


def _stretch(key: str) -> bytes:
    """Any text to a Fernet key. HKDF (RFC 5869): the text must carry the entropy, as a generated key does."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"reliability credentials at rest, 1").derive(
        key.encode()
    )
    return base64.urlsafe_b64encode(derived)
