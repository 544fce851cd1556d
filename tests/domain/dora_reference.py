"""The metrics of DORA as one would write them down first: lists, loops, the standard library."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.delivery.domain.dora import Failure, Spread
from reliability.delivery.domain.dora_columns import DeploymentFacts, Fact
from reliability.kit.periods import Period


@dataclass(frozen=True, slots=True)
class Reference:
    deployments: int
    per_day: float | None
    lead: Spread
    failed: int
    fail_rate: float | None
    recovery: Spread
    unrecovered: int
    disordered: int
    rework: int
    rework_rate: float | None


def spread_of(values: Sequence[float]) -> Spread:
    if not values:
        return Spread(0)
    ninth = values[0] if len(values) == 1 else statistics.quantiles(values, n=10, method="inclusive")[8]
    return Spread(len(values), float(statistics.median(values)), ninth)


def reference(*, series: Sequence[Sequence[DeploymentFacts]], failures: Sequence[Failure], period: Period) -> Reference:
    lead: list[float] = []
    recovery: list[float] = []
    n = failed = unrecovered = disordered = rework = 0
    for one in series:
        successes = sorted((d for d in one if Fact.SUCCEEDED in d.facts), key=lambda d: (d.finished_at, d.id))
        for place, deployment in enumerate(successes):
            if not period.start <= deployment.finished_at < period.end:
                continue
            n += 1
            lead += [seconds for _, seconds in deployment.leads]
            rework += Fact.REWORK in deployment.facts
            following = successes[place + 1] if place + 1 < len(successes) else None
            is_failed, restored = _fate(deployment, following, failures)
            failed += is_failed
            if not is_failed:
                continue
            if restored is None:
                unrecovered += 1
            elif restored < deployment.finished_at:
                disordered += 1
            else:
                recovery.append((restored - deployment.finished_at).total_seconds())
    days = period.length / timedelta(days=1)
    return Reference(
        n, n / days if n else None, spread_of(lead), failed, failed / n if n else None, spread_of(recovery),
        unrecovered, disordered, rework, rework / n if n else None,
    )  # fmt: skip


def _fate(
    deployment: DeploymentFacts, following: DeploymentFacts | None, failures: Sequence[Failure]
) -> tuple[bool, datetime | None]:
    named = [failure.restored_at for failure in failures if failure.deployment_id == deployment.id]
    if named:
        known = [at for at in named if at is not None]
        return True, max(known) if len(known) == len(named) else None
    if following is not None and Fact.REWORK in following.facts:
        return True, following.finished_at
    return False, None
