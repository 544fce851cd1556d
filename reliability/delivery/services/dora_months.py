"""Months packed for figures: marked when something of them is told, packed again a moment later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from reliability.delivery.domain.dora_columns import PACKED_NAMES, packed
from reliability.delivery.domain.dora_months import month_of
from reliability.delivery.models import Deployment, DeploymentMonth
from reliability.delivery.selectors.dora_facts import MonthKey, facts_of
from reliability.delivery.services.batches import chunks

PACKED_AT_ONCE = 200
_ROWS_PER_QUERY = 500


@dataclass(frozen=True, slots=True)
class Ended:
    """Where and when a deployment ended; None: it has not, and is in no month."""

    service_id: int
    environment: str
    is_production: bool
    finished_at: datetime | None


def ended(one: Deployment) -> Ended:
    return Ended(one.service_id, one.environment, one.is_production, one.finished_at)


def mark_stale(*, ended: Iterable[Ended]) -> None:
    """What is known of these deployments has changed; where they were before belongs to it, too.

    Call it in the transaction of the change.
    """
    keys = {
        MonthKey(one.service_id, one.environment, one.is_production, month_of(one.finished_at))
        for one in ended
        if one.finished_at is not None
    }
    new = keys - _marked(keys)
    if new:
        rows = [DeploymentMonth(**key._asdict()) for key in sorted(new)]
        DeploymentMonth.objects.bulk_create(rows, batch_size=_ROWS_PER_QUERY, ignore_conflicts=True)
        _marked(new)  # another writer may have made it a moment ago, and a packer may have read it since


def pack(*, limit: int = PACKED_AT_ONCE) -> int:
    """Pack stale months again, the newest first. Returns how many were looked at; safe beside other packers.

    A month that goes stale meanwhile stays so: its marks have moved.
    """
    rows = list(DeploymentMonth.objects.filter(is_stale=True).order_by("-month", "pk")[:limit])
    keys = {row.pk: _key(row) for row in rows}
    found = facts_of(keys=set(keys.values()))
    for row in rows:
        unchanged = DeploymentMonth.objects.filter(pk=row.pk, marks=row.marks)
        facts = found.get(keys[row.pk])
        if facts is None:
            unchanged.delete()
            continue
        columns = packed(facts)
        unchanged.update(is_stale=False, **{name: getattr(columns, name) for name in PACKED_NAMES})
    return len(rows)


def _marked(keys: set[MonthKey]) -> set[MonthKey]:
    """Those that there are, marked. Locked in one order, so that two writers never wait for each other."""
    found: dict[int, MonthKey] = {}
    for services in chunks(sorted({key.service_id for key in keys}), _ROWS_PER_QUERY):
        rows = DeploymentMonth.objects.select_for_update().filter(
            service_id__in=services, month__in={key.month for key in keys}
        )
        columns = rows.order_by("service_id", "pk").values_list("pk", *MonthKey._fields)
        found.update({pk: key for pk, *values in columns if (key := MonthKey(*values)) in keys})
    for some in chunks(sorted(found), _ROWS_PER_QUERY):
        DeploymentMonth.objects.filter(pk__in=some).update(is_stale=True, marks=F("marks") + 1)
    return set(found.values())


def _key(row: DeploymentMonth) -> MonthKey:
    return MonthKey(row.service_id, row.environment, row.is_production, row.month)
