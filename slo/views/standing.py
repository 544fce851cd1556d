"""The first screen of an objective: where it stands, in the units a person thinks in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from reliability.kit.durations import humanize_duration, parse_duration
from reliability.web.states import look_of
from slo.domain.budgeting import BudgetingMethod
from slo.models import SloVersion
from slo.selectors.status import StatusView
from slo.views.wording import advice, sentence, window_text


@dataclass(frozen=True, slots=True)
class BurnRow:
    """One line of the table of burn rates."""

    window: str
    rate: float | None
    words: str


def standing_of(*, version: SloVersion, status: StatusView) -> dict[str, Any]:
    """What `_standing.html` and `_burn_rates.html` show of a status."""
    minutes = status.budget.remaining_minutes
    return {
        "version": version,
        "status": status,
        "sentence": sentence(version),
        "advice": advice(status),
        "tone": look_of(status.state).tone,
        "left": None if minutes is None else timedelta(minutes=abs(minutes)),
        "bad_events": None if status.valid is None or status.good is None else status.valid - status.good,
        "counts_slices": status.budgeting_method != BudgetingMethod.OCCURRENCES,
        "burn_1h": status.burn_rates.get("1h"),
        "burn_6h": status.burn_rates.get("6h"),
        "window_words": window_text(version.window),
        "burn_table": burn_rows(status.burn_rates, length=status.window.length),
    }


def burn_rows(rates: Mapping[str, float | None], *, length: timedelta) -> list[BurnRow]:
    """Each window with what its rate means for a full budget of a window of *length*."""
    return [BurnRow(_window(name), rate, _meaning(rate, length)) for name, rate in rates.items()]


def _window(name: str) -> str:
    return "the whole window" if name == "window" else humanize_duration(parse_duration(name))


def _meaning(rate: float | None, length: timedelta) -> str:
    if rate is None:
        return "nothing was measured"
    if rate == 0:
        return "nothing is spent"
    if rate <= 1:
        return "the budget lasts the window"
    return f"a full budget would last {humanize_duration(length / rate)}"
