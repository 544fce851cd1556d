"""Objectives of a period: met or missed, what was left, and what spent it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from incidents.learning.domain.periods import ReviewPeriod
from incidents.learning.domain.shown import Spent
from incidents.learning.selectors.budgets import SLOS_MAX, BudgetsRead
from reliability.access.domain.caller import Caller
from reliability.kit.instants import floor_minute, format_instant
from reliability.kit.periods import Period
from reliability.reports.domain.report import Met, ObjectiveLine, Share
from slo.domain.availability import Availability
from slo.domain.budget import spent_by_hand
from slo.domain.exact import share
from slo.models import Slo
from slo.selectors.availability import Row, availability_of_fleet
from slo.selectors.availability_rows import nines_words
from slo.selectors.ledger import LedgerBasis, ledger_of
from slo.selectors.terms import Terms

__all__ = ["SLOS_MAX", "MetCount", "lines_of", "met_in", "past_of"]

LEDGERS_MAX = 5
LEDGER_FROM = 0.25  # of the budget: what spent less is not asked why
CAUSES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class MetCount:
    met: int
    measured: int


def past_of(*, slos: Sequence[Slo], periods: Sequence[Period], now: datetime) -> list[list[Row]]:
    """Availability of each in each period, the oldest first."""
    return availability_of_fleet(slos=slos, periods=periods, now=now)


def met_in(rows: Sequence[Row], *, now: datetime) -> MetCount:
    """How many spent no more than the budget of the period, adjustments by hand included, of those with data."""
    spent = [_consumed(row.terms, row.cells[0], now) for row in rows if row.cells]
    known = [one for one in spent if one is not None]
    return MetCount(sum(one <= 1 for one in known), len(known))


def lines_of(
    *,
    caller: Caller,
    slos: Sequence[Slo],
    budgets: BudgetsRead,
    current: Sequence[Row],
    passed: Period,
    period: ReviewPeriod,
    now: datetime,
) -> tuple[ObjectiveLine, ...]:
    """What spent most first; up to five ledgers say what did."""
    found = {row.slo.name: row for row in current}
    by_name = {slo.name: slo for slo in slos}
    asked = [row for row in budgets.rows if row.consumed is not None and row.consumed >= LEDGER_FROM][:LEDGERS_MAX]
    causes = {
        row.name: _causes(caller, by_name[row.name], passed, period.zone_name, now)
        for row in asked
        if row.name in by_name
    }
    return tuple(_line(row, found.get(row.name), causes.get(row.name, ()), passed, period) for row in budgets.rows)


def _line(
    row: Spent, found: Row | None, causes: tuple[Share, ...], passed: Period, period: ReviewPeriod
) -> ObjectiveLine:
    cell: Availability | None = found.cells[0] if found is not None and found.cells else None
    tz = {"tz": period.zone_name}
    bounds = {"from": format_instant(floor_minute(passed.start)), "to": format_instant(floor_minute(passed.end))}
    return ObjectiveLine(
        name=row.name,
        title=row.title,
        state=_state(row).value,
        objective=float(found.terms.definition.objective) if found is not None else None,
        sli=row.sli,
        nines=nines_words(cell) if cell is not None else "",
        spent=row.consumed,
        left=None if row.consumed is None else 1 - row.consumed,
        before=row.before,
        coverage=row.coverage,
        url=f"{reverse('slo-availability', args=[row.name])}?{urlencode({'period': period.slug} | tz)}",
        ledger_url=f"{reverse('slo-ledger', args=[row.name])}?{urlencode(bounds | tz)}",
        causes=causes,
    )


def _state(row: Spent) -> Met:
    if row.is_left_out:
        return Met.LEFT_OUT
    if row.consumed is None:
        return Met.NO_DATA
    return Met.MET if row.consumed <= 1 else Met.MISSED


def _causes(caller: Caller, slo: Slo, passed: Period, zone_name: str, now: datetime) -> tuple[Share, ...]:
    """Of all that was spent. Judged as the budget is: by the definition in force at the end."""
    whole = Period(floor_minute(passed.start), floor_minute(passed.end))
    view = ledger_of(
        caller=caller, slo=slo, period=whole, at=whole.end, now=now, zone=ZoneInfo(zone_name),
        basis=LedgerBasis.AT_THE_END,
    )  # fmt: skip
    lines = [line for line in view.ledger.lines if line.amount.consumed > 0]
    total = sum((line.amount.consumed for line in lines), Fraction(0))
    largest = sorted(lines, key=lambda line: -line.amount.consumed)[:CAUSES_SHOWN]
    return tuple(
        Share(
            label=line.causes[0].label if line.causes else line.kind.words,
            kind=line.kind.words,
            url=line.causes[0].url if line.causes else "",
            part=float(line.amount.consumed / total),
        )
        for line in largest
    )


def _consumed(terms: Terms, cell: Availability, now: datetime) -> float | None:
    by_hand = spent_by_hand(adjustments=terms.adjustments, period=cell.period, now=now)
    part = share(bad=cell.bad, base=cell.base, budget=terms.definition.budget, adjustment=by_hand)
    return None if part is None else part.consumed
