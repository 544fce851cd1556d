"""Strangers with wrong keys are counted by their address, and soon told to wait."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings

from reliability.web.metrics import INTAKE_REQUESTS

log = structlog.get_logger(__name__)

_WINDOW = timedelta(minutes=1)
_ADDRESSES_MAX = 10_000


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


def note_wrong_key(*, kind: str, address: str, now: datetime) -> None:
    """Count and log it. Raises TooManyWrongKeysError. The key itself is not logged: it may be right elsewhere."""
    INTAKE_REQUESTS.labels(kind=kind, outcome="unknown_key").inc()
    attempts = WRONG_KEYS.note(address=address, now=now)
    if attempts.count > settings.INTAKE_WRONG_KEYS_PER_MINUTE_MAX:
        raise TooManyWrongKeysError(retry_after=max(attempts.began_at + _WINDOW - now, timedelta(seconds=1)))
    log.warning("intake_unknown_key", kind=kind, address=address)
