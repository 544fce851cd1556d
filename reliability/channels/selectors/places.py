"""Channels and contact methods as their kinds see them, with the secrets decrypted."""

from __future__ import annotations

import orjson

from reliability.access.services.vault import VaultError, decrypt
from reliability.channels.kinds.place import Place
from reliability.channels.models import Channel, ContactMethod


def secrets_of(target: Channel | ContactMethod) -> dict[str, str]:
    """The decrypted secrets. Raises VaultError when their key is gone. Never to be shown."""
    return dict(orjson.loads(decrypt(target.secrets))) if target.secrets else {}


def readable_secrets(target: Channel | ContactMethod) -> dict[str, str]:
    """The stored secrets; none when their key is gone, so that they can be entered again."""
    try:
        return secrets_of(target)
    except VaultError:
        return {}


def place_of(target: Channel | ContactMethod) -> Place:
    """What the kind needs to reach it. Raises VaultError."""
    return Place(name=target.title, config=dict(target.config), secrets=secrets_of(target))
