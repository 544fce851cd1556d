"""Six periods side by side."""

from __future__ import annotations

from collections.abc import Sequence

from incidents.learning.domain.comparison import seconds_of
from incidents.learning.domain.periods import ReviewPeriod
from incidents.learning.selectors.review import Review
from incidents.response.domain.severity import Severity
from reliability.delivery.domain.dora import Dora
from reliability.reports.domain.report import TrendRow
from reliability.reports.selectors.objectives import met_in
from slo.selectors.availability import Row


def rows(
    *, periods: Sequence[ReviewPeriod], past: Sequence[Sequence[Row]], review: Review, delivered: Sequence[Dora]
) -> tuple[TrendRow, ...]:
    """The oldest first; the last one is that of the report."""
    found = []
    for period, of_slos, of_incidents, shipped in zip(periods, past, review.incidents.trend, delivered, strict=True):
        counted = met_in(of_slos, now=period.period.end)
        found.append(
            TrendRow(
                period=period.slug,
                title=period.title,
                met=counted.met,
                measured=counted.measured,
                incidents=of_incidents.figures.n,
                severe=of_incidents.by_severity[Severity.SEV1] + of_incidents.by_severity[Severity.SEV2],
                mttr=seconds_of(of_incidents.figures.mttr_from_start.median),
                deployments=shipped.deployments,
                fail_rate=shipped.fail_rate,
                lead=shipped.lead.median,
            )
        )
    return tuple(found)
