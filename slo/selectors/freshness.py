"""How old the newest evaluations are, for the platform's own metrics."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min

from slo.models import SloStatus


def evaluation_lag(*, now: datetime) -> timedelta | None:
    """Age of the evaluation of the objective that waits longest; None when nothing has been evaluated."""
    oldest = SloStatus.objects.aggregate(oldest=Min("evaluated_at"))["oldest"]
    return None if oldest is None else now - oldest
