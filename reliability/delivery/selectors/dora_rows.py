"""The rows behind each figure: which deployments, or which commits, it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np

from reliability.access.domain.caller import Caller
from reliability.delivery import failures
from reliability.delivery.domain.dora import within
from reliability.delivery.domain.dora_columns import ABSENT, Ints
from reliability.delivery.failures import Cause
from reliability.delivery.models import Deployment, Outcome, ShippedCommit
from reliability.delivery.selectors.dora import Delivered, DoraFilters, delivered
from reliability.kit.periods import Period


class Metric(StrEnum):
    FREQUENCY = "deployment-frequency"
    LEAD_TIME = "lead-time"
    FAIL_RATE = "change-fail-rate"
    RECOVERY = "recovery-time"
    REWORK = "rework-rate"


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """A deployment and what became of it.

    restored_at: of one that failed; None while it is not. recovery: None while it is not, and where clocks disagree.
    mended_by: the rollback or hotfix that came next. causes: what names it as what broke production.
    """

    deployment: Deployment
    changes: int
    is_failed: bool
    is_rework: bool
    restored_at: datetime | None
    recovery: timedelta | None
    mended_by: int | None
    causes: Sequence[Cause]


@dataclass(frozen=True, slots=True)
class LeadRow:
    shipped: ShippedCommit
    lead: timedelta


def places_of(*, found: Delivered, metric: Metric) -> Ints:
    """Which of the successful deployments the figure counts, the newest first. For lead time all that shipped."""
    judged = found.judged
    counted = within(judged=judged, period=found.period)
    if metric in {Metric.FAIL_RATE, Metric.RECOVERY}:
        counted = counted & judged.is_failed
    elif metric is Metric.REWORK:
        counted = counted & judged.is_rework
    places = np.flatnonzero(counted)
    newest_first = np.lexsort((-judged.ids[places], -judged.finished[places]))
    ordered: Ints = places[newest_first]
    return ordered


def lead_places_of(*, found: Delivered) -> Ints:
    """The leads that lead time counts, the longest first."""
    judged = found.judged
    places = np.flatnonzero(within(judged=judged, period=found.period)[judged.lead_of])
    longest_first = np.lexsort((judged.change_ids[places], -judged.leads[places]))
    ordered: Ints = places[longest_first]
    return ordered


def deployment_rows(*, caller: Caller, found: Delivered, places: Ints) -> list[DeploymentRow]:
    """One page of them. Two queries, and those of the sources of failures."""
    judged = found.judged
    ids = [int(pk) for pk in judged.ids[places]]
    rows = Deployment.objects.readable_by(caller).select_related("service__team").in_bulk(ids)
    named: dict[int, list[Cause]] = {}
    for cause in failures.causes(caller=caller, period=found.period, deployment_ids=ids):
        named.setdefault(cause.deployment_id, []).append(cause)
    shipped = np.bincount(judged.lead_of, minlength=len(judged.ids))
    made = []
    for place, pk in zip(places.tolist(), ids, strict=True):
        if pk not in rows:  # deleted since the month was packed
            continue
        restored, length = int(judged.restored[place]), int(judged.restored[place] - judged.finished[place])
        is_failed = bool(judged.is_failed[place])
        is_restored = is_failed and restored != ABSENT
        made.append(
            DeploymentRow(
                deployment=rows[pk],
                changes=int(shipped[place]),
                is_failed=is_failed,
                is_rework=bool(judged.is_rework[place]),
                restored_at=datetime.fromtimestamp(restored, UTC) if is_restored else None,
                recovery=timedelta(seconds=length) if is_restored and length >= 0 else None,
                mended_by=_mended_by(found, place),
                causes=named.get(pk, ()),
            )
        )
    return made


def row_of(*, caller: Caller, deployment: Deployment) -> DeploymentRow | None:
    """What became of one that the caller may read; None for those that are in no figure. Queries as `delivered`."""
    at = deployment.finished_at
    if at is None or not is_counted(deployment):
        return None
    moment = Period(at, at + timedelta(microseconds=1))
    service, environment = deployment.service.name, deployment.environment
    found = delivered(caller=caller, filters=DoraFilters(moment, service_name=service, environment=environment))
    places = np.flatnonzero(found.judged.ids == deployment.pk)
    return next(iter(deployment_rows(caller=caller, found=found, places=places)), None)


def is_counted(deployment: Deployment) -> bool:
    """Whether it is in any figure."""
    return deployment.outcome == Outcome.SUCCEEDED and deployment.is_production


def broken_by(*, caller: Caller, deployments: Iterable[Deployment]) -> frozenset[int]:
    """Ids of those that broke production, as the change fail rate counts them. Queries as `delivered`."""
    ends = {one: one.finished_at for one in deployments if one.finished_at is not None and is_counted(one)}
    if not ends:
        return frozenset()
    whole = Period(min(ends.values()), max(ends.values()) + timedelta(microseconds=1))
    services = {one.service_id for one in ends}
    judged = delivered(caller=caller, filters=DoraFilters(whole, service_ids=services)).judged
    return frozenset(judged.ids[judged.is_failed].tolist()) & {one.pk for one in ends}


def lead_rows(*, found: Delivered, places: Ints) -> list[LeadRow]:
    """One page of them. One query. The deployments were found for the caller already."""
    ids = [int(pk) for pk in found.judged.change_ids[places]]
    joined = ("commit__change", "deployment__service__team")
    rows = ShippedCommit.objects.select_related(*joined).in_bulk(ids)
    return [LeadRow(rows[pk], timedelta(seconds=rows[pk].lead_seconds)) for pk in ids if pk in rows]


def _mended_by(found: Delivered, place: int) -> int | None:
    judged, following = found.judged, place + 1
    is_mended = (
        following < len(judged.ids)
        and bool(judged.is_rework[following])
        and judged.series[following] == judged.series[place]
    )
    return int(judged.ids[following]) if is_mended else None
