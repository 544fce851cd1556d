"""How old the newest evaluations are, and which sources new counts belong to."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min

from slo.models import Sli, SloStatus


def evaluation_lag(*, now: datetime) -> timedelta | None:
    """Age of the evaluation of the objective that waits longest; None when nothing has been evaluated."""
    oldest = SloStatus.objects.aggregate(oldest=Min("evaluated_at"))["oldest"]
    return None if oldest is None else now - oldest


def source_ids(*, sli_ids: set[int]) -> set[int]:
    """The sources of these indicators."""
    return set(Sli.objects.filter(pk__in=sli_ids).order_by().values_list("source_id", flat=True))
