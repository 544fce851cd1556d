"""When a request is not even tried: its integration sends more than anybody could read, or it waited for too long."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from django.conf import settings

_WINDOW = timedelta(minutes=1)
_COME_AGAIN = timedelta(seconds=5)


class OverloadedError(Exception):
    """Not now: nothing was stored. The sender should come again after `retry_after`."""

    reason = "overloaded"

    def __init__(self, message: str, *, retry_after: timedelta = _COME_AGAIN) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class Allowance:
    """Alerts per integration within a minute, in this process."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._began_at: datetime | None = None
        self._lock = threading.Lock()

    def take(self, *, integration_id: int, alerts: int, now: datetime) -> None:
        """Raises OverloadedError when the integration has used its minute up."""
        with self._lock:
            if self._began_at is None or not timedelta(0) <= now - self._began_at < _WINDOW:
                self._began_at = now
                self._counts.clear()
            used = self._counts.get(integration_id, 0)
            if used and used + alerts > settings.INTAKE_ALERTS_PER_MINUTE_MAX:
                left = self._began_at + _WINDOW - now
                raise OverloadedError(
                    f"more than {settings.INTAKE_ALERTS_PER_MINUTE_MAX:,} alerts within a minute",
                    retry_after=max(left, timedelta(seconds=1)),
                )
            self._counts[integration_id] = used + alerts

    def forget(self) -> None:
        with self._lock:
            self._counts.clear()
            self._began_at = None


ALLOWANCE = Allowance()


def require_patience(*, waited_seconds: float) -> None:
    """Raises OverloadedError for a request whose sender has probably given up: its repeat would be done twice."""
    if waited_seconds > settings.INTAKE_WAIT_SECONDS_MAX:
        raise OverloadedError("too many requests at once: this one waited too long for its turn")
