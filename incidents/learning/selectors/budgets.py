"""What was spent of each objective's error budget in a period that is not its own window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from incidents.learning.domain.shown import Spent
from reliability.access.domain.caller import Caller
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.windows import RollingWindow
from slo.models import Slo
from slo.selectors.fleet import figures_of
from slo.selectors.slos import SloFilters, SloOrdering, list_slos
from slo.selectors.terms import Terms, terms_of

SLOS_MAX = 200
# Objectives over time slices read every minute of the period: of so many that is done here.
SLICED_MAX = 20


@dataclass(frozen=True, slots=True)
class BudgetsRead:
    """rows: what spent most first, what has no data last. total: readable objectives, also those beyond SLOS_MAX."""

    rows: list[Spent]
    total: int


def budgets_read(
    *, caller: Caller, period: Period, before: Period, team_slug: str, service_name: str, now: datetime
) -> BudgetsRead:
    """Under the versions in force at the end of each period; exclusions and adjustments as the objective has them.

    A handful of queries for all that count events, one more for each that counts time slices.
    """
    filters = SloFilters(team_slug=team_slug, service_name=service_name)
    found = list_slos(caller=caller, filters=filters, ordering=SloOrdering.NAME)
    slos = list(found[:SLOS_MAX])
    total = found.count() if len(slos) == SLOS_MAX else len(slos)
    seen, past = _consumed(slos, period, now), _consumed(slos, before, now)
    rows = [
        Spent(
            name=slo.name,
            title=slo.title,
            consumed=seen[slo.pk][0] if slo.pk in seen else None,
            before=past[slo.pk][0] if slo.pk in past else None,
            sli=seen[slo.pk][1] if slo.pk in seen else None,
            coverage=seen[slo.pk][2] if slo.pk in seen else 0.0,
            is_left_out=slo.pk not in seen,
        )
        for slo in slos
    ]
    rows.sort(key=lambda row: (row.consumed is None, -(row.consumed or 0.0), row.title, row.name))
    return BudgetsRead(rows, total)


def _consumed(slos: list[Slo], period: Period, now: datetime) -> dict[int, tuple[float | None, float | None, float]]:
    """(consumed, sli, coverage) of each that is reckoned."""
    end = floor_minute(min(period.end, now))
    if end <= period.start:
        return {}
    window = RollingWindow(end - period.start)
    terms: list[Terms] = []
    sliced = 0
    for one in terms_of(slos=slos, at=end, since=period.start):
        sliced += one.definition.budgeting is not BudgetingMethod.OCCURRENCES
        if one.definition.budgeting is BudgetingMethod.OCCURRENCES or sliced <= SLICED_MAX:
            terms.append(replace(one, definition=replace(one.definition, window=window)))
    figures = figures_of(terms=terms, at=end)
    return {one.slo.pk: (row.consumed, row.sli, row.coverage) for one, row in zip(terms, figures, strict=True)}
