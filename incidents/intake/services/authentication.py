"""Which integration a presented key opens."""

from __future__ import annotations

from datetime import datetime

from incidents.intake.models import Integration, IntegrationKey
from incidents.intake.services.combining import remembered
from incidents.intake.services.keys import keys
from reliability.access.domain.secret import hash_of_secret
from reliability.access.services.wrong_keys import note_wrong_key

_KEY_LENGTH_MAX = 200


class UnknownKeyError(Exception):
    """No key in force is this one."""

    reason = "unknown_key"


def key_in_force(*, presented: str, now: datetime) -> IntegrationKey | None:
    """The key with its integration, or None: unknown, revoked, or past the end of its rotation."""
    if not presented or len(presented) > _KEY_LENGTH_MAX:
        return None
    return next(iter(keys.in_force(secret_hash=hash_of_secret(presented), now=now)), None)


def integration_of_key(*, presented: str, kind: str, address: str, now: datetime) -> Integration:
    """The integration that the key opens. Raises UnknownKeyError, TooManyWrongKeysError.

    A right key is taken whatever its address has tried before: many senders stand behind one proxy.
    """
    key = remembered(("key", presented), lambda: key_in_force(presented=presented, now=now))
    if key is not None:
        keys.note_use(key=key, now=now)
        return key.integration
    note_wrong_key(kind=kind, address=address, now=now)
    raise UnknownKeyError
