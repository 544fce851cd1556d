"""The figures of DORA for a period and for those before it, from one reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from incidents.learning.domain.periods import ReviewPeriod
from reliability.access.domain.caller import Caller
from reliability.delivery.domain.dora import Dora, figures
from reliability.delivery.selectors.dora import DoraFilters, delivered
from reliability.kit.periods import Period
from reliability.reports.domain.figures import Better, Unit, figure
from reliability.reports.domain.report import Figure


def delivered_in(*, caller: Caller, team_slug: str, periods: Sequence[ReviewPeriod], now: datetime) -> list[Dora]:
    """Of each of the consecutive periods, as far as it is over."""
    whole = Period(periods[0].period.start, periods[-1].period.end)
    found = delivered(caller=caller, filters=DoraFilters(period=whole, team_slug=team_slug))
    return [figures(judged=found.judged, period=_passed(one.period, now)) for one in periods]


def figures_of(rows: Sequence[Dora], url: str) -> tuple[Figure, ...]:
    """The five, beside those of the period before."""
    now, before = rows[-1], rows[-2]
    n: dict[str, Any] = {"n": now.deployments, "n_before": before.deployments}
    return (
        figure(
            "deployments", "Deployments", now=now.deployments, before=before.deployments, better=Better.NEITHER, url=url
        ),
        figure(
            "frequency", "Deployment frequency", now=now.per_day, before=before.per_day, unit=Unit.PER_DAY,
            better=Better.MORE, url=url, **n,
        ),
        figure(
            "lead", "Change lead time, median", now=now.lead.median, before=before.lead.median, unit=Unit.SECONDS,
            n=now.lead.n, n_before=before.lead.n, url=url,
        ),
        figure(
            "fail-rate", "Change fail rate", now=now.fail_rate, before=before.fail_rate, unit=Unit.SHARE, url=url, **n
        ),
        figure(
            "recovery", "Failed deployment recovery time, median", now=now.recovery.median,
            before=before.recovery.median, unit=Unit.SECONDS, n=now.recovery.n, n_before=before.recovery.n, url=url,
        ),
        figure(
            "rework", "Rework rate", now=now.rework_rate, before=before.rework_rate, unit=Unit.SHARE, url=url, **n
        ),
    )  # fmt: skip


def _passed(period: Period, now: datetime) -> Period:
    return Period(period.start, max(period.start, min(period.end, now)))
