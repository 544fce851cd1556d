"""What was deployed to production in a period, for rooms that ask what was changed before."""

from __future__ import annotations

from collections.abc import Collection

from reliability.delivery.models import Deployment
from reliability.delivery.models.deployment import Outcome
from reliability.kit.periods import Period


def deployments_between(*, period: Period, service_ids: Collection[int], limit: int) -> list[Deployment]:
    """Deployments of the services that ended in the period and changed something, the newest *limit*; service joined.

    Failed ones may have changed half of it. Whoever asks: check the teams before showing any.
    """
    if not service_ids:
        return []
    found = Deployment.objects.filter(
        service_id__in=service_ids,
        is_production=True,
        outcome__in=[Outcome.SUCCEEDED, Outcome.FAILED],
        finished_at__gte=period.start,
        finished_at__lt=period.end,
    )
    return list(found.select_related("service").order_by("-finished_at", "-pk")[:limit])
