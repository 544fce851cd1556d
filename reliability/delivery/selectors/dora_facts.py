"""What figures need of deployments, read from their rows: for months that are not packed, and to pack them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Q

from reliability.delivery.domain.dora_columns import DeploymentFacts, Fact, Stages, stages_of
from reliability.delivery.domain.dora_months import period_of_month
from reliability.delivery.models import Contents, Deployment, Outcome, ShippedChange, ShippedCommit

_CONTENTS = {
    Contents.FIRST: Fact.FIRST,
    Contents.UNKNOWN: Fact.NO_CHANGES,
    Contents.PARTIAL: Fact.TRUNCATED,
    Contents.PENDING: Fact.PENDING,
}
_STAGE_COLUMNS = ("first_commit_at", "opened_at", "first_review_at", "merged_at")


class MonthKey(NamedTuple):
    """Which DeploymentMonth; ordered as columns are: by series, then by time."""

    service_id: int
    environment: str
    is_production: bool
    month: int

    @property
    def series(self) -> tuple[int, str, bool]:
        return self[:3]


def facts_of(*, keys: Collection[MonthKey]) -> dict[MonthKey, list[DeploymentFacts]]:
    """The ended deployments of each month; without those that have none. Three queries for each calendar month."""
    found: dict[MonthKey, list[DeploymentFacts]] = defaultdict(list)
    for month in sorted({key.month for key in keys}):
        wanted = {key for key in keys if key.month == month}
        for key, facts in _of_month(month, wanted):
            found[key].append(facts)
    return dict(found)


def _of_month(month: int, wanted: set[MonthKey]) -> list[tuple[MonthKey, DeploymentFacts]]:
    period = period_of_month(month)
    services = sorted({key.service_id for key in wanted})
    within = Q(service_id__in=services, finished_at__gte=period.start, finished_at__lt=period.end)
    columns = (
        "pk", "service_id", "environment", "is_production", "finished_at", "outcome", "is_rollback", "is_unplanned",
        "contents",
    )  # fmt: skip
    deployments = Deployment.objects.filter(within).exclude(outcome=Outcome.IN_PROGRESS).order_by("finished_at", "pk")
    keys = {
        row["pk"]: (MonthKey(row["service_id"], row["environment"], row["is_production"], month), row)
        for row in deployments.values(*columns)
    }
    keys = {pk: pair for pk, pair in keys.items() if pair[0] in wanted}
    leads, disordered = _leads(within, keys)
    stages = _stages(within, keys)
    return [
        (
            key,
            DeploymentFacts(
                id=pk,
                finished_at=row["finished_at"],
                facts=_facts(row) | (Fact.CLOCKS if pk in disordered else Fact(0)),
                leads=leads.get(pk, ()),
                stages=stages.get(pk, ()),
            ),
        )
        for pk, (key, row) in keys.items()
    ]


def _facts(row: dict[str, Any]) -> Fact:
    if row["outcome"] != Outcome.SUCCEEDED:
        return Fact(0)
    rework = Fact.REWORK if row["is_rollback"] or row["is_unplanned"] else Fact(0)
    return Fact.SUCCEEDED | rework | _CONTENTS.get(row["contents"], Fact(0))


def _leads(within: Q, keys: Collection[int]) -> tuple[dict[int, list[tuple[int, int]]], set[int]]:
    """(leads by deployment, deployments with a commit that is younger than they are)."""
    leads: dict[int, list[tuple[int, int]]] = defaultdict(list)
    disordered = set()
    rows = ShippedCommit.objects.filter(deployment__in=Deployment.objects.filter(within)).order_by("pk")
    for pk, deployment_id, seconds in rows.values_list("pk", "deployment_id", "lead_seconds").iterator():
        if deployment_id not in keys:
            continue
        if seconds < 0:
            disordered.add(deployment_id)
        else:
            leads[deployment_id].append((pk, seconds))
    return leads, disordered


def _stages(within: Q, keys: Collection[int]) -> dict[int, list[Stages]]:
    stages: dict[int, list[Stages]] = defaultdict(list)
    rows = ShippedChange.objects.filter(deployment__in=Deployment.objects.filter(within)).order_by("pk")
    columns = ("deployment_id", "deployment__finished_at", *(f"change__{name}" for name in _STAGE_COLUMNS))
    for deployment_id, finished_at, *instants in rows.values_list(*columns).iterator():
        if deployment_id in keys:
            stages[deployment_id].append(
                stages_of(finished_at=finished_at, **dict(zip(_STAGE_COLUMNS, instants, strict=True)))
            )
    return stages
