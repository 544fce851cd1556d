"""The SLO maths again, minute by minute and with fractions: slow, plain, and written without looking at the fast one.

Nothing here is imported from slo.domain but names of enumerations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from slo.domain.budgeting import BudgetingMethod

Counts = Mapping[int, tuple[Fraction, Fraction]]  # measured minute -> (good, valid)


@dataclass(frozen=True)
class Rules:
    objective: Decimal
    budgeting: BudgetingMethod = BudgetingMethod.OCCURRENCES
    slice_minutes: int = 1
    slice_target: Decimal = Decimal(1)
    counts_no_data_as_bad: bool = False


@dataclass(frozen=True)
class Out:
    """A stretch of minutes that is excluded, or counted as up."""

    first: int
    last: int  # the one after
    is_up: bool = False


@dataclass(frozen=True)
class Result:
    good: Fraction
    valid: Fraction
    sli: Fraction | None
    consumed: Fraction | None
    remaining: Fraction | None
    covered_minutes: int
    minutes: int


@dataclass(frozen=True)
class _Slice:
    good: Fraction
    valid: Fraction
    has_place: bool  # some minute of it is not excluded
    is_over: bool
    is_missed: bool  # over, without events, and with a minute that neither is excluded nor counts as up


def budget(
    *,
    counts: Counts,
    rules: Rules,
    start: int,
    end: int,
    now: int,
    outs: Iterable[Out] = (),
    adjustments: Iterable[tuple[int, Decimal]] = (),
) -> Result:
    outs = tuple(outs)
    size = 1 if rules.budgeting is BudgetingMethod.OCCURRENCES else rules.slice_minutes
    slices: list[_Slice] = []
    good = valid = Fraction(0)
    covered = live = 0
    for number in range(start // size, end // size):
        piece = _slice(counts, outs, range(number * size, number * size + size), now)
        slices.append(piece)
        good, valid = good + piece.good, valid + piece.valid
        if piece.is_over:
            open_minutes = [m for m in range(number * size, number * size + size) if not _is_out(outs, m, is_up=False)]
            live += len(open_minutes)
            covered += sum(1 for minute in open_minutes if minute in counts)
    sli = _sli(slices, rules)
    by_hand = sum((Fraction(delta) for at, delta in adjustments if start <= at < end and at <= now), Fraction(0))
    allowed = 1 - Fraction(rules.objective)
    consumed = None if sli is None else (1 - sli) / allowed + by_hand
    remaining = None if consumed is None else 1 - consumed
    return Result(good, valid, sli, consumed, remaining, covered, live)


def _is_out(outs: Iterable[Out], minute: int, *, is_up: bool) -> bool:
    return any(out.first <= minute < out.last for out in outs if out.is_up is is_up)


def _slice(counts: Counts, outs: tuple[Out, ...], minutes: range, now: int) -> _Slice:
    good = valid = Fraction(0)
    has_place = is_unexcused = False
    is_over = minutes.stop <= now
    for minute in minutes:
        if _is_out(outs, minute, is_up=False):
            continue
        has_place = True
        is_up = _is_out(outs, minute, is_up=True)
        is_unexcused = is_unexcused or not is_up
        if is_over and minute in counts:
            good += counts[minute][1] if is_up else counts[minute][0]
            valid += counts[minute][1]
    return _Slice(good, valid, has_place, is_over, is_over and valid == 0 and is_unexcused)


def _sli(slices: list[_Slice], rules: Rules) -> Fraction | None:
    if rules.budgeting is BudgetingMethod.OCCURRENCES:
        valid = sum((piece.valid for piece in slices), Fraction(0))
        return sum((piece.good for piece in slices), Fraction(0)) / valid if valid else None
    missed = [piece for piece in slices if piece.is_missed and rules.counts_no_data_as_bad]
    judged = [piece for piece in slices if piece.valid > 0]
    if not judged and not missed:
        return None
    if rules.budgeting is BudgetingMethod.TIMESLICES:
        failed = [piece for piece in judged if piece.good / piece.valid < Fraction(rules.slice_target)]
        return 1 - Fraction(len(failed) + len(missed), sum(1 for piece in slices if piece.has_place))
    ratios = [piece.good / piece.valid for piece in judged] + [Fraction(0)] * len(missed)
    return sum(ratios, Fraction(0)) / len(ratios)


def instant_of_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first minute at which the clocks of *zone* show *wall* or later, found by looking at them all."""
    instant = wall.replace(tzinfo=UTC) - timedelta(hours=30)
    while instant.astimezone(zone).replace(tzinfo=None) < wall:
        instant += timedelta(minutes=1)
    return instant


def later_by_months(wall: datetime, months: int) -> datetime:
    """*wall* so many months later (or earlier), on the last day of the month when it lacks the day."""
    year, month = wall.year, wall.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    for day in range(wall.day, 0, -1):
        try:
            return wall.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
