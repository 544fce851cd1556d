"""Months packed for figures: marked when something of them is told, packed again a moment later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from reliability.delivery.domain.dora_columns import PACKED_NAMES, packed
from reliability.delivery.domain.dora_months import month_of
from reliability.delivery.models import DeploymentMonth
from reliability.delivery.selectors.dora_facts import MonthKey, facts_of

PACKED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Ended:
    """Where and when a deployment of the team ended; None: it has not, and is in no month."""

    service_id: int
    environment: str
    finished_at: datetime | None


def mark_stale(*, team_id: int, ended: Iterable[Ended]) -> None:
    """What is known of these deployments of the team has changed; where they were before belongs to it, too.

    Call it in the transaction of the change.
    """
    keys = {
        MonthKey(one.service_id, one.environment, is_production, team_id, month_of(one.finished_at))
        for one in ended
        if one.finished_at is not None
        for is_production in (True, False)  # that may have changed, too; the one without any is dropped when packed
    }
    for key in sorted(keys):  # in one order, so that two writers never wait for each other
        if not _marked(key):
            DeploymentMonth.objects.bulk_create([DeploymentMonth(**key._asdict())], ignore_conflicts=True)
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
    rows = DeploymentMonth.objects.filter(**key._asdict())
    return rows.update(is_stale=True, marks=F("marks") + 1) > 0


def _key(row: DeploymentMonth) -> MonthKey:
    return MonthKey(row.service_id, row.environment, row.is_production, row.team_id, row.month)
