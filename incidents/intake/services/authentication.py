"""Which integration a presented key opens. Strangers with wrong keys are counted, and soon told to wait."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Q

from incidents.intake.models import Integration, IntegrationKey
from incidents.intake.services.combining import remembered
from reliability.access.domain.secret import hash_of_secret
from reliability.web.metrics import INTAKE_REQUESTS

log = structlog.get_logger(__name__)

_WINDOW = timedelta(minutes=1)
_ADDRESSES_MAX = 10_000
_KEY_LENGTH_MAX = 200
_USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownKeyError(Exception):
    """No key in force is this one."""

    reason = "unknown_key"


class TooManyWrongKeysError(Exception):
    """This address has presented too many wrong keys."""

    reason = "too_many_wrong_keys"

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("too many wrong keys")
        self.retry_after = retry_after


@dataclass(slots=True)
class _Attempts:
    began_at: datetime
    count: int = 0


class WrongKeys:
    """Wrong keys per address within a minute, in this process. The oldest addresses are forgotten first."""

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, _Attempts] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, *, address: str, now: datetime) -> _Attempts:
        with self._lock:
            found = self._addresses.get(address)
            if found is None or abs(now - found.began_at) >= _WINDOW:
                found = self._addresses[address] = _Attempts(began_at=now)
                self._addresses.move_to_end(address)
                while len(self._addresses) > _ADDRESSES_MAX:
                    self._addresses.popitem(last=False)
            found.count += 1
            return found

    def forget(self) -> None:
        with self._lock:
            self._addresses.clear()


WRONG_KEYS = WrongKeys()


def key_in_force(*, presented: str, now: datetime) -> IntegrationKey | None:
    """The key with its integration, or None: unknown, revoked, or past the end of its rotation."""
    if not presented or len(presented) > _KEY_LENGTH_MAX:
        return None
    return (
        IntegrationKey.objects.filter(secret_hash=hash_of_secret(presented), revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .select_related("integration")
        .first()
    )


def integration_of_key(*, presented: str, kind: str, address: str, now: datetime) -> Integration:
    """The integration that the key opens. Raises UnknownKeyError, TooManyWrongKeysError.

    A right key is taken whatever its address has tried before: many senders stand behind one proxy.
    """
    key = remembered(("key", presented), lambda: key_in_force(presented=presented, now=now))
    if key is not None:
        note_use(key=key, now=now)
        return key.integration
    note_wrong_key(kind=kind, address=address, now=now)
    raise UnknownKeyError


def note_wrong_key(*, kind: str, address: str, now: datetime) -> None:
    """Count and log it. Raises TooManyWrongKeysError. The key itself is not logged: it may be right elsewhere."""
    INTAKE_REQUESTS.labels(kind=kind, outcome="unknown_key").inc()
    attempts = WRONG_KEYS.note(address=address, now=now)
    if attempts.count > settings.INTAKE_WRONG_KEYS_PER_MINUTE_MAX:
        raise TooManyWrongKeysError(retry_after=max(attempts.began_at + _WINDOW - now, timedelta(seconds=1)))
    log.warning("intake_unknown_key", kind=kind, address=address)


def note_use(*, key: IntegrationKey, now: datetime) -> None:
    """Remember that the key was used, at most once a minute."""
    if key.last_used_at is not None and now - key.last_used_at < _USE_NOTED_EVERY:
        return
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=now - _USE_NOTED_EVERY)
    IntegrationKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)
    key.last_used_at = now
