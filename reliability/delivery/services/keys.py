"""Keys of delivery integrations: kept encrypted, as signatures are checked with their text."""

from __future__ import annotations

from collections.abc import Iterable

from reliability.access.services.rotating_keys import RotatingKeys
from reliability.access.services.vault import VaultError, decrypt, encrypt
from reliability.delivery.models import DeliveryKey

keys = RotatingKeys(
    model=DeliveryKey,
    noun="delivery_integration",
    bytes_count=20,
    kept=lambda text: {"secret": encrypt(text)},
)


def texts_of(found: Iterable[DeliveryKey]) -> list[tuple[DeliveryKey, str]]:
    """The keys with their texts; those whose encryption key is gone are left out: they open nothing."""
    texts = []
    for key in found:
        try:
            texts.append((key, decrypt(key.secret)))
        except VaultError:
            continue
    return texts
