"""Adding to or returning error budget by hand."""

from __future__ import annotations

from datetime import datetime

from reliability.access.domain.caller import Caller
from slo.models import Adjustment, Slo


def create(*, caller: Caller, slo: Slo, at: datetime, consumed_delta: float, reason: str, now: datetime) -> Adjustment:
    """Spend (positive) or return (negative) a fraction of the whole budget in every window that holds *at*.

    Raises Invalid (no reason, not a finite number, zero, beyond ±10, in the future), Forbidden.
    """
    raise NotImplementedError


def revoke(*, caller: Caller, adjustment: Adjustment, now: datetime, reason: str = "") -> Adjustment:
    """Take the adjustment back. The row stays, marked. Raises Conflict when already revoked."""
    raise NotImplementedError
