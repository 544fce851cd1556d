"""Months packed for figures: marked when something of them is told, packed again a moment later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from reliability.delivery.domain.dora_columns import PACKED_NAMES, packed
from reliability.delivery.domain.dora_months import month_of
from reliability.delivery.models import Deployment, DeploymentMonth
from reliability.delivery.selectors.dora_facts import MonthKey, facts_of

PACKED_AT_ONCE = 200


def mark_stale(*, deployments: Iterable[Deployment], also_at: Iterable[tuple[Deployment, datetime]] = ()) -> None:
    """What is known of these deployments has changed. Call it in the transaction of the change.

    also_at: a deployment that had ended at another instant before. Those in progress are in no month.
    """
    ends = [(one, one.finished_at) for one in deployments if one.finished_at is not None]
    keys = {
        MonthKey(one.service_id, one.environment, flag, one.team_id, month_of(at))
        for one, at in (*ends, *also_at)
        for flag in (True, False)  # whether it counts as production may have changed, too
    }
    now_there = {
        MonthKey(one.service_id, one.environment, one.is_production, one.team_id, month_of(at)) for one, at in ends
    }
    for key in sorted(keys):  # in one order, so that two writers never wait for each other
        if not _marked(key) and key in now_there:
            DeploymentMonth.objects.bulk_create([DeploymentMonth(**_columns(key))], ignore_conflicts=True)
            _marked(key)  # another writer may have made it a moment ago, and a packer may have read it since


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


def _marked(key: MonthKey) -> bool:
    rows = DeploymentMonth.objects.filter(**_columns(key))
    return rows.update(is_stale=True, marks=F("marks") + 1) > 0


def _key(row: DeploymentMonth) -> MonthKey:
    return MonthKey(row.service_id, row.environment, row.is_production, row.team_id, row.month)


def _columns(key: MonthKey) -> dict[str, object]:
    names = ("service_id", "environment", "is_production", "team_id", "month")
    return {name: getattr(key, name) for name in names}
