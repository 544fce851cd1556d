"""Where composites stand: budget, burn rates, forecast, shares of their parts and the weakest of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from reliability.kit.instants import MINUTE, floor_minute, to_minute
from reliability.kit.periods import Period
from reliability.web.errors import Invalid
from slo.domain import budget, burn, forecast
from slo.domain.budget import Budget
from slo.domain.composite_shares import Shares, WeakestLink, shares_of, weakest_link
from slo.domain.composite_slices import Whole
from slo.domain.composites import CompositeKind
from slo.domain.status import State, Verdict, is_thin, state_of
from slo.domain.strictness import SliceCount, part_count
from slo.models import Composite
from slo.selectors.composite_terms import CompositeTerms, PartTerms, composite_terms_of
from slo.selectors.composite_wholes import Stretch, wholes_of
from slo.selectors.fleet import own_window_name
from slo.selectors.status import BudgetView

LONGEST_RATE = max(burn.STANDARD_WINDOWS.values())


@dataclass(frozen=True, slots=True)
class CompositeStatus:
    """A composite at the instant `at`, under the version in force then, its parts under theirs. None is undefined.

    good of valid: what its kind counts (judged slices, or weighted events). shares and weakest: of `terms.parts`.
    coverage: share 0..1 of the minutes so far in which every part was measured. strict: by position, the objectives
    whose slice target nobody wrote here, and which asks more than they usually deliver.
    """

    terms: CompositeTerms
    at: datetime
    window: Period
    verdict: Verdict
    sli: float | None
    good: float | None
    valid: float | None
    coverage: float
    budget: BudgetView
    burn_rates: Mapping[str, float | None]
    forecast_exhausted_at: datetime | None
    forecast_reason: str
    shares: Shares | None
    weakest: WeakestLink
    strict: Mapping[int, SliceCount] = field(default_factory=dict)

    @property
    def state(self) -> State:
        return self.verdict.state

    @property
    def state_reason(self) -> str:
        return self.verdict.reason

    @property
    def objective(self) -> Decimal:
        return self.terms.definition.objective

    @property
    def window_text(self) -> str:
        return self.terms.definition.window.describe()

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.terms.definition.window.warnings()

    @property
    def is_thin(self) -> bool:
        """Whether too little was measured for the state to be taken at its word."""
        return is_thin(state=self.state, coverage=self.coverage)

    @property
    def weakest_parts(self) -> tuple[PartTerms, ...]:
        """The weakest one, or several that cost the same."""
        return tuple(self.terms.parts[position] for position in self.weakest.positions)


def composite_status_of(*, composite: Composite, at: datetime, now: datetime) -> CompositeStatus:
    """The composite's status at *at* (the start of its minute). Raises Invalid for the future, VersionError."""
    if at > now:
        raise Invalid(details=[{"field": "at", "message": "must not lie in the future: leave it out for now"}])
    return statuses_of(composites=[composite], at=at)[0]


def statuses_of(*, composites: Sequence[Composite], at: datetime) -> list[CompositeStatus]:
    """The status of each composite at *at*, in their order: as many statements for many as for one."""
    at = floor_minute(at)
    terms = composite_terms_of(composites=composites, at=at, since=at - LONGEST_RATE)
    return status_under(terms=terms, at=at)


def status_under(*, terms: Sequence[CompositeTerms], at: datetime) -> list[CompositeStatus]:
    """As statuses_of, judged by these terms; *at* is a whole minute."""
    asked = []
    for one in terms:
        period = one.definition.window.period_at(at)
        start = min(period.start_minute, to_minute(at - LONGEST_RATE))
        asked.append((one, Stretch(start, max(period.end_minute, to_minute(at)), at)))
    return [status_of_whole(one, whole, at) for one, whole in zip(terms, wholes_of(asked=asked), strict=True)]


def status_of_whole(terms: CompositeTerms, whole: Whole, at: datetime) -> CompositeStatus:
    """The status by the slices of *whole*, which begins no later than the window and the longest burn rate."""
    definition = terms.definition.definition
    period = definition.window.period_at(at)
    own = whole.between(start_minute=period.start_minute, end_minute=period.end_minute)
    found = budget.of_spending(spending=own.spending, definition=definition, period=period, now=at)
    rates = _burn_rates(terms, whole, period, at)
    foreseen = forecast.exhausted_at(
        remaining=found.remaining,
        burn_rate=rates[forecast.burn_window(window_length=period.length)],
        window=definition.window,
        period=period,
        now=at,
    )
    shares = shares_of(own, budget=definition.budget)
    return CompositeStatus(
        terms=terms,
        at=at,
        window=period,
        verdict=_verdict(found, foreseen, period),
        sli=found.sli,
        good=found.good if found.has_data else None,
        valid=found.valid if found.has_data else None,
        coverage=found.coverage,
        budget=BudgetView(found.consumed, found.remaining, found.remaining_minutes),
        burn_rates=rates,
        forecast_exhausted_at=foreseen.exhausted_at,
        forecast_reason=foreseen.reason.value,
        shares=shares,
        weakest=weakest_link(shares),
        strict=_strict(terms, own),
    )


def _strict(terms: CompositeTerms, whole: Whole) -> dict[int, SliceCount]:
    if terms.definition.kind is not CompositeKind.ALL_OF:
        return {}
    counts = {
        place: part_count(whole=whole, position=place, definition=terms.definition, target=part.slice_target)
        for place, part in enumerate(terms.parts)
        if part.slo is not None and part.row.slice_target is None
    }
    return {place: count for place, count in counts.items() if count is not None and count.is_too_strict}


def _verdict(found: Budget, foreseen: forecast.Forecast, period: Period) -> Verdict:
    verdict = state_of(
        remaining=found.remaining,
        forecast_exhausted_at=foreseen.exhausted_at,
        is_forecast_within_window=foreseen.is_within_window,
        forecast_over=forecast.burn_window_text(window_length=period.length),
    )
    if verdict.state is State.NO_DATA and found.covered_minutes < found.minutes:
        return Verdict(State.NO_DATA, "no slice of the window could be judged: some part was never measured")
    return verdict


def _burn_rates(terms: CompositeTerms, whole: Whole, period: Period, at: datetime) -> dict[str, float | None]:
    """By the names of the standard windows, the own window last."""
    definition = terms.definition.definition
    elapsed = whole.between(start_minute=whole.spending.start_minute, end_minute=to_minute(at)).spending
    lengths = {**burn.STANDARD_WINDOWS, own_window_name(definition.window): max(at - period.start, MINUTE)}
    return {
        name: burn.rate_of_tail(elapsed, definition, burn.units_in(definition, length, at))
        for name, length in lengths.items()
    }
