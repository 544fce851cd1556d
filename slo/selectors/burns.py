"""Stretches in which objectives burnt, as the ledger knows them, and what each took of the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reliability.kit.instants import floor_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.ledger_burns import PAUSE_MINUTES, SHORTEST_MINUTES, burn_share, burns
from slo.domain.ledger_posting import Stretch, judge
from slo.domain.spending import reading_period
from slo.models import Slo
from slo.selectors.series import read_between
from slo.selectors.terms import Terms, terms_of

_SILENCE_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Burn:
    """A stretch of one objective. spent: share of the budget of its whole window. is_over: what was measured since
    shows that it ended, as what begins within the pause is known after some minutes; or for an hour nothing was."""

    period: Period
    spent: float
    is_over: bool


def burns_since(*, slos: Sequence[Slo], since: Mapping[int, datetime], now: datetime) -> dict[int, list[Burn]]:
    """Burns of each objective from its instant of *since* until *now*, the oldest first, under the terms of *now*.

    Those without a version are left out. Three statements, and one for each objective.
    """
    at = floor_minute(now)
    return {one.slo.pk: _of(one, Period(floor_minute(since[one.slo.pk]), at)) for one in terms_of(slos=slos, at=at)}


def _of(terms: Terms, period: Period) -> list[Burn]:
    if period.is_empty:
        return []
    whole = reading_period(definition=terms.definition, period=period)
    until = to_minute(max(whole.start, min(whole.end, period.end)))
    series = read_between(sli_id=terms.sli_id, start_minute=whole.start_minute, end_minute=until)
    judged = judge(
        stretch=Stretch(terms.definition, period, series, terms.version_id),
        exclusions=terms.exclusions,
        now=period.end,
    )
    minutes = terms.definition.window.period_at(period.end).minutes
    units = judged.units
    measured = units.measured.nonzero()[0]
    last = units.start_minute + (int(measured[-1]) + 1) * units.unit_minutes if len(measured) else units.start_minute
    return [
        Burn(
            period=Period.from_minutes(start, end),
            spent=burn_share(judged=judged, burn=(start, end), window_minutes=minutes),
            is_over=last - end >= PAUSE_MINUTES + SHORTEST_MINUTES or period.end_minute - end > _SILENCE_MINUTES,
        )
        for start, end in burns(judged=judged)
    ]
