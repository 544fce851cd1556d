"""Excluding periods from an objective, or from all objectives of a service."""

from __future__ import annotations

from datetime import datetime

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.kit.periods import Period
from slo.models import Exclusion, Slo


def create(
    *,
    caller: Caller,
    period: Period,
    reason: str,
    now: datetime,
    effect: str = Exclusion.Effect.EXCLUDED,
    slo: Slo | None = None,
    service: Service | None = None,
) -> Exclusion:
    """Exclude *period* (or count it as up) for exactly one of *slo* and *service*; statuses are evaluated at once.

    Raises Invalid (no reason given, an empty period, longer than a year), Forbidden.
    """
    raise NotImplementedError


def revoke(*, caller: Caller, exclusion: Exclusion, now: datetime, reason: str = "") -> Exclusion:
    """Let the period count again. The row stays, marked. Raises Conflict when already revoked."""
    raise NotImplementedError
