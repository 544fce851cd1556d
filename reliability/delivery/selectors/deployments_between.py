"""What was deployed to production in a period, for rooms that ask what was changed before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from reliability.delivery.models import Deployment
from reliability.delivery.models.deployment import Outcome
from reliability.kit.periods import Period

# A rollout that took longer is one whose end somebody forgot to tell.
ROLLOUT_MAX = timedelta(hours=6)


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


def rollouts_between(*, period: Period, service_ids: Collection[int], limit: int) -> list[Deployment]:
    """As `deployments_between`, and those that went on in the period: begun before its end, and not over before its
    start. Of those in progress only what began within it, as their end may never be told. Service joined.
    """
    if not service_ids:
        return []
    ended = Q(outcome__in=[Outcome.SUCCEEDED, Outcome.FAILED], finished_at__gte=period.start)
    started = Q(finished_at__lt=period.end) | Q(started_at__lt=period.end, finished_at__lt=period.end + ROLLOUT_MAX)
    going_on = Q(outcome=Outcome.IN_PROGRESS, started_at__gte=period.start, started_at__lt=period.end)
    found = Deployment.objects.filter(ended & started | going_on, service_id__in=service_ids, is_production=True)
    newest = F("finished_at").desc(nulls_first=True)
    return list(found.select_related("service").order_by(newest, "-pk")[:limit])


@dataclass(frozen=True, slots=True)
class EndedDeployment:
    """mended_at: when the next success of its service and environment ended, if that is a rollback or a hotfix."""

    id: int
    service_id: int
    finished_at: datetime
    is_failed: bool
    mended_at: datetime | None


def ended_deployments(*, period: Period, service_ids: Collection[int], limit: int) -> list[EndedDeployment]:
    """What ended in production in the period, the oldest first, at most the newest *limit*: how often it went wrong.

    For sums, never for showing. One query.
    """
    if not service_ids:
        return []
    rows = Deployment.objects.filter(
        service_id__in=service_ids,
        is_production=True,
        outcome__in=[Outcome.SUCCEEDED, Outcome.FAILED],
        finished_at__gte=period.start,
        finished_at__lt=period.end,
    ).order_by("-finished_at", "-pk")
    columns = ("pk", "service_id", "environment", "finished_at", "outcome", "is_rollback", "is_unplanned")
    mended: dict[tuple[int, str], datetime | None] = {}
    found = []
    for pk, service_id, environment, finished_at, outcome, is_rollback, is_unplanned in rows.values_list(*columns)[
        :limit
    ]:
        place = service_id, environment
        has_failed = outcome == Outcome.FAILED
        found.append(
            EndedDeployment(pk, service_id, finished_at, has_failed, None if has_failed else mended.get(place))
        )
        if not has_failed:
            mended[place] = finished_at if is_rollback or is_unplanned else None
    return found[::-1]
