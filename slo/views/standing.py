"""The first screen of an objective: where it stands, in the units a person thinks in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reliability.kit.durations import humanize_duration, parse_duration
from reliability.kit.periods import Period
from reliability.web.states import look_of
from slo.domain.budgeting import BudgetingMethod
from slo.domain.forecast import ForecastReason, burn_window_text, exhausted_at
from slo.domain.status import State
from slo.domain.urgency import Urgency
from slo.domain.windows import Window, parse_window
from slo.models import SloVersion
from slo.selectors.status import StatusView
from slo.views.advice import advice, burning_of
from slo.views.wording import sentence, window_text

_MEANINGS = {
    ForecastReason.NO_DATA: "nothing was measured",
    ForecastReason.EXHAUSTED: "the budget is spent",
    ForecastReason.NOT_BURNING: "nothing is spent",
    ForecastReason.BURNING_SLOWLY: "the window gets back as much as it spends",
    ForecastReason.BEYOND_PERIOD: "what is left lasts to the end of the period",
    ForecastReason.BEYOND_HORIZON: "what is left lasts for years",
}


@dataclass(frozen=True, slots=True)
class BurnRow:
    """One line of the table of burn rates. threshold: above it the rule that looks back so far may fire."""

    window: str
    rate: float | None
    words: str
    threshold: float | None = None


def standing_of(
    *, version: SloVersion, status: StatusView, thresholds: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """What `_standing.html` and `_burn_rates.html` show of a status."""
    minutes = status.budget.remaining_minutes
    return {
        "version": version,
        "status": status,
        "sentence": sentence(version),
        "advice": advice(status, is_pushed=version.sli.spec.get("kind") == "pushed"),
        "needs_runbook": status.state is not State.MET or burning_of(status).urgency is Urgency.NOW,
        "tone": look_of(status.state).tone,
        "left": None if minutes is None else timedelta(minutes=abs(minutes)),
        "bad_events": None if status.valid is None or status.good is None else status.valid - status.good,
        "counts_slices": status.budgeting_method != BudgetingMethod.OCCURRENCES,
        "burn_1h": status.burn_rates.get("1h"),
        "burn_6h": status.burn_rates.get("6h"),
        "window_words": window_text(version.window),
        "forecast_over": burn_window_text(window_length=status.window.length),
        "burn_table": burn_rows(
            status.burn_rates,
            remaining=status.budget.remaining,
            window=parse_window(version.window),
            period=status.window,
            at=status.at,
            thresholds=thresholds or {},
        ),
    }


def burn_rows(
    rates: Mapping[str, float | None],
    *,
    remaining: float | None,
    window: Window,
    period: Period,
    at: datetime,
    thresholds: Mapping[str, float],
) -> list[BurnRow]:
    """Each window with how long what is left of the budget lasts at its rate."""

    def meaning(rate: float | None) -> str:
        foreseen = exhausted_at(remaining=remaining, burn_rate=rate, window=window, period=period, now=at)
        if foreseen.reason is ForecastReason.BURNING and foreseen.exhausted_at is not None:
            return f"what is left lasts {humanize_duration(foreseen.exhausted_at - at)}"
        return _MEANINGS[foreseen.reason]

    return [BurnRow(_window(name), rate, meaning(rate), thresholds.get(name)) for name, rate in rates.items()]


def _window(name: str) -> str:
    return "the whole window" if name == "window" else humanize_duration(parse_duration(name))
