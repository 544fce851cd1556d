"""Reading an SLI's past in short committed pieces, newest first."""

from __future__ import annotations

from datetime import datetime

from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from slo.models import Backfill, Sli


def start(*, caller: Caller, sli: Sli, period: Period, now: datetime, reason: str = "") -> Backfill:
    """Begin to read *period* (cut to retention and to what has settled). Raises Conflict while one is open."""
    raise NotImplementedError


def pause(*, caller: Caller, backfill: Backfill, now: datetime) -> Backfill:
    """Stop after the piece in hand; resume goes on where it stopped. Raises Conflict unless running."""
    raise NotImplementedError


def resume(*, caller: Caller, backfill: Backfill, now: datetime) -> Backfill:
    """Go on with a paused or failed backfill. Raises Conflict otherwise."""
    raise NotImplementedError


def cancel(*, caller: Caller, backfill: Backfill, now: datetime) -> Backfill:
    """End it for good; what was stored stays. Raises Conflict unless running or paused."""
    raise NotImplementedError
