"""Whether somebody rests."""

from __future__ import annotations

from datetime import datetime

from incidents.paging.domain.quiet_hours import Quiet, quiet_until
from incidents.paging.models import QuietHours
from reliability.access.models import User


def is_quiet(*, user: User, at: datetime) -> bool:
    """Whether *at* lies in the person's quiet hours."""
    hours = QuietHours.objects.filter(user=user).first()
    if hours is None:
        return False
    quiet = Quiet(start=hours.start, end=hours.end, weekdays=frozenset(hours.weekdays))
    return quiet_until(quiet=quiet, zone_name=user.time_zone, at=at) is not None
