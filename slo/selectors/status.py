"""Where an objective stands: its budget, burn rates, forecast and coverage at an instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from reliability.kit.instants import floor_minute, from_minute, to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from slo.domain.chunks import HOUR_MINUTES
from slo.domain.status import State, is_thin
from slo.models import HourChunk, Slo
from slo.selectors.fleet import figures_of
from slo.selectors.terms import Terms, dossier_of


@dataclass(frozen=True, slots=True)
class BudgetView:
    """What is spent and left of the error budget. None is undefined (no data), never 0."""

    consumed: float | None
    remaining: float | None
    remaining_minutes: float | None


@dataclass(frozen=True, slots=True)
class StatusView:
    """An objective at the instant `at`, under the version in force then (or the newest when `is_restated`).

    good, valid: events. coverage: measured share 0..1 of the minutes of the window up to `at` that count. window:
    the whole window, calendar ones end after `at`. basis: in words, which version judged. adjusted: the part of
    budget.consumed that people added or took off.
    """

    slo_id: int
    slo: str
    at: datetime
    state: State
    state_reason: str
    objective: Decimal
    sli: float | None
    good: float | None
    valid: float | None
    budgeting_method: str
    window: Period
    window_text: str
    coverage: float
    budget: BudgetView
    burn_rates: dict[str, float | None]
    forecast_exhausted_at: datetime | None
    forecast_reason: str
    measured_until: datetime | None
    version_id: int
    basis: str
    is_restated: bool = False
    excluded_minutes: int = 0
    adjusted: float = 0.0
    warnings: tuple[str, ...] = field(default=())

    @property
    def is_thin(self) -> bool:
        """Whether too little was measured for the state to be taken at its word."""
        return is_thin(state=self.state, coverage=self.coverage)


def status_of(*, slo: Slo, at: datetime, now: datetime, is_restated: bool = False) -> StatusView:
    """The objective's status at *at* (the start of its minute), now or in the past.

    is_restated: under the newest version instead of the one in force at *at*. Raises Invalid when *at* is later
    than *now*.
    """
    terms = terms_at(slo=slo, at=at, now=now, is_restated=is_restated)
    figures = figures_of(terms=[terms], at=at)[0]
    return StatusView(
        slo_id=slo.pk,
        slo=slo.name,
        at=floor_minute(at),
        state=figures.verdict.state,
        state_reason=figures.verdict.reason,
        objective=terms.definition.objective,
        sli=figures.sli,
        good=figures.good,
        valid=figures.valid,
        budgeting_method=terms.definition.budgeting.value,
        window=figures.window,
        window_text=terms.definition.window.describe(),
        coverage=figures.coverage,
        budget=BudgetView(figures.consumed, figures.remaining, figures.remaining_minutes),
        burn_rates=figures.burn_rates,
        forecast_exhausted_at=figures.forecast.exhausted_at,
        forecast_reason=figures.forecast.reason.value,
        measured_until=measured_until(sli_id=terms.sli_id, at=at),
        version_id=terms.version_id,
        basis=terms.basis,
        is_restated=is_restated,
        excluded_minutes=figures.excluded_minutes,
        adjusted=figures.adjusted,
        warnings=terms.definition.window.warnings(),
    )


def terms_at(*, slo: Slo, at: datetime, now: datetime, is_restated: bool = False) -> Terms:
    """What judges *slo* at *at*. Raises Invalid for the future."""
    if at > now:
        raise Invalid(details=[{"field": "at", "message": "must not lie in the future: leave it out for now"}])
    return dossier_of(slo=slo, period=Period(at, at)).at(at, now=now, is_restated=is_restated)


def measured_until(*, sli_id: int, at: datetime) -> datetime | None:
    """The end of the newest measured minute before *at*; None when nothing was measured before it."""
    end = to_minute(at)
    hour, offset = divmod(end, HOUR_MINUTES)
    rows = HourChunk.objects.filter(sli_id=sli_id, hour__lte=hour).exclude(coverage=0).order_by("-hour")
    for found, coverage in rows.values_list("hour", "coverage")[:2]:
        mask = coverage & ((1 << offset) - 1) if found == hour else coverage
        if mask:
            return from_minute(found * HOUR_MINUTES + mask.bit_length())
    return None
