"""How fast an objective burns its budget over one window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from reliability.kit.instants import MINUTE, floor_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from slo.domain import budget, burn
from slo.domain.budgeting import BudgetingMethod
from slo.models import Slo
from slo.selectors.series import read_minutes
from slo.selectors.status import terms_at
from slo.selectors.terms import Terms
from slo.selectors.totals import totals_of


@dataclass(frozen=True, slots=True)
class BurnView:
    """The burn rate over `period`: 1 spends the budget exactly in the SLO's window. None when nothing was measured."""

    slo: str
    period: Period
    sli: float | None
    good: float | None
    valid: float | None
    burn_rate: float | None
    coverage: float


def burn_of(*, slo: Slo, window: timedelta, at: datetime, now: datetime) -> BurnView:
    """The burn rate over [at − window, at), under the version in force at *at*.

    Raises Invalid for a window that is not whole minutes, or longer than the series is kept.
    """
    if window < MINUTE or window % MINUTE:
        raise Invalid(details=[{"field": "window", "message": "must be a whole number of minutes, such as 5m or 1h"}])
    if window > timedelta(days=settings.SERIES_RETENTION_DAYS):
        kept = f"must not be longer than the series is kept: {settings.SERIES_RETENTION_DAYS}d"
        raise Invalid(details=[{"field": "window", "message": kept}])
    terms = terms_at(slo=slo, at=at, now=now)
    instant = floor_minute(at)
    if terms.definition.budgeting is BudgetingMethod.OCCURRENCES:
        return _of_events(terms, Period(instant - window, instant))
    return _of_slices(terms, window, instant)


def _of_events(terms: Terms, period: Period) -> BurnView:
    totals = totals_of(sli_id=terms.sli_id, period=period, exclusions=terms.exclusions)
    rate = burn.burn_rate(good=totals.good, valid=totals.valid, objective=terms.definition.objective)
    return BurnView(
        slo=terms.slo.name,
        period=period,
        sli=None if rate is None else totals.good / totals.valid,
        good=None if rate is None else totals.good,
        valid=None if rate is None else totals.valid,
        burn_rate=rate,
        coverage=totals.coverage,
    )


def _of_slices(terms: Terms, window: timedelta, at: datetime) -> BurnView:
    """Of the whole slices that ended in the window: the period answered is theirs."""
    period = burn.reading_of_burn(definition=terms.definition, window=window, now=at)
    series = read_minutes(sli_id=terms.sli_id, period=period)
    found = budget.evaluate(
        series=series, definition=terms.definition, period=period, exclusions=terms.exclusions, now=at
    )
    rate = burn.burn_over(
        series=series, definition=terms.definition, window=window, exclusions=terms.exclusions, now=at
    )
    return BurnView(
        slo=terms.slo.name,
        period=period,
        sli=found.sli,
        good=found.good if found.has_data else None,
        valid=found.valid if found.has_data else None,
        burn_rate=rate,
        coverage=found.coverage,
    )
