"""The error-budget ledger: what spent the budget of a period, line by line; the lines sum to the whole exactly.

Budgets as in the Site Reliability Workbook, chapter 2; attribution by precedence is ours. Every minute has one owner,
sums are fractions, and nothing is rounded before it is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from reliability.kit.periods import Period
from slo.domain.causes import UNKNOWN, Cause, CauseKind, LineKey
from slo.domain.exact import decimal_sum
from slo.domain.ledger_posting import Judged, Posting, lines_of_minutes, post

_NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class HandEntry:
    """An adjustment that a person made: a fraction of the budget, positive spends."""

    cause: Cause
    consumed_delta: float


@dataclass(frozen=True, slots=True)
class Amount:
    """consumed: share of the budget of the period. spent: units (events or slices) where all of it has one measure.

    bad: events lost. minutes: that spent. touched: minutes under the cause, spent or not. All of them exact.
    """

    consumed: Fraction = _NOTHING
    spent: Fraction = _NOTHING
    bad: Fraction = _NOTHING
    minutes: int = 0
    touched: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.consumed + other.consumed,
            self.spent + other.spent,
            self.bad + other.bad,
            self.minutes + other.minutes,
            self.touched + other.touched,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One cause and all it spent. causes: its intervals, the earliest first; none for unknown."""

    kind: CauseKind
    key: str
    causes: tuple[Cause, ...]
    amount: Amount


@dataclass(frozen=True, slots=True)
class Step:
    """What each kind spent in [start, end) of the period; kinds that spent nothing are absent.

    is_measured: whether anything was measured in it; if not, that it spent nothing is not known.
    """

    period: Period
    consumed: dict[CauseKind, Fraction]
    is_measured: bool

    @property
    def total(self) -> Fraction:
        return sum(self.consumed.values(), _NOTHING)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Lines, what spent most first, unknown last. total: their sum; None when nothing was measured.

    allowed: the whole budget in units; None when parts of the period are judged in different units, then spent says
    nothing either. unit_minutes: minutes of one unit of a time-slice method; None for events.
    """

    period: Period
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    total: Amount | None
    allowed: Fraction | None
    unit_minutes: int | None

    def of_kind(self, kind: CauseKind) -> Amount:
        return sum((line.amount for line in self.lines if line.kind is kind), Amount())


def ledger(
    *,
    judged: Sequence[Judged],
    causes: Sequence[Cause],
    by_hand: Sequence[HandEntry] = (),
    edges: Sequence[datetime],
    now: datetime,
) -> Ledger:
    """Attribute what the stretches spent. *judged* follow each other and cover the period that *edges* divides.

    Budgets of one measure are added up: consumed = Σ bad ÷ Σ (base × B), a ratio of sums. Where a change of the
    definition changed the measure, each stretch counts by its length. Adjustments are shares of the budget as made.
    """
    period = Period(edges[0], edges[-1])
    keys: list[LineKey] = [UNKNOWN]
    keys += sorted({cause.line for cause in causes} - set(keys))
    number = {key: place for place, key in enumerate(keys)}
    line_of_cause = [number[cause.line] for cause in causes]
    postings = [
        post(
            judged=one,
            lines=lines_of_minutes(judged=one, causes=causes, line_of_cause=line_of_cause),
            lines_max=len(keys),
            edges=edges,
        )
        for one in judged
    ]
    shares = factors(judged=judged)
    amounts = _amounts(len(keys), postings, shares)
    intervals = defaultdict(list)
    for cause in sorted(causes, key=lambda cause: cause.start):
        intervals[cause.line].append(cause)
    made = [one for one in by_hand if period.contains(one.cause.start) and one.cause.start <= now]
    is_one_measure = len({one.measure for one in judged if one.base}) <= 1
    lines = [
        *(Line(*key, tuple(intervals[key]), amount) for key, amount in zip(keys, amounts, strict=True)),
        *(Line(*one.cause.line, (one.cause,), Amount(_as_written(one))) for one in made),
    ]
    is_measured = any(one.is_measured for one in judged)
    return Ledger(
        period=period,
        lines=tuple(sorted(lines, key=_order)),
        steps=tuple(_steps(edges, judged, keys, postings, shares, made)),
        total=sum((line.amount for line in lines), Amount()) if is_measured else None,
        allowed=sum((one.allowed for one in judged), _NOTHING) if is_measured and is_one_measure else None,
        unit_minutes=next((one.units.unit_minutes for one in judged if not one.is_events), None),
    )


def factors(*, judged: Sequence[Judged]) -> list[Fraction]:
    """For each stretch the share of the period's budget that one of its units is."""
    some = [one for one in judged if one.base]
    if len({one.measure for one in some}) <= 1:
        allowed = sum((one.allowed for one in some), _NOTHING)
        return [1 / allowed if allowed else _NOTHING for _ in judged]
    length = sum((_length(one) for one in some), _NOTHING)
    return [_length(one) / length / one.allowed if one.base else _NOTHING for one in judged]


def _length(judged: Judged) -> Fraction:
    return Fraction(max(1, judged.stretch.period.minutes))


def _amounts(lines_max: int, postings: Sequence[Posting], factors: Sequence[Fraction]) -> list[Amount]:
    amounts = [Amount()] * lines_max
    for posting, factor in zip(postings, factors, strict=True):
        for (_, line), spent in posting.spent.items():
            amounts[line] += Amount(consumed=spent * factor, spent=spent)
        for (_, line), bad in posting.bad.items():
            amounts[line] += Amount(bad=bad)
        for (_, line), minutes in posting.minutes.items():
            amounts[line] += Amount(minutes=int(minutes))
        for line, touched in posting.touched.items():
            amounts[line] += Amount(touched=touched)
    return amounts


def _steps(
    edges: Sequence[datetime],
    judged: Sequence[Judged],
    keys: Sequence[LineKey],
    postings: Sequence[Posting],
    factors: Sequence[Fraction],
    made: Sequence[HandEntry],
) -> list[Step]:
    consumed: list[dict[CauseKind, Fraction]] = [{} for _ in edges[1:]]
    for posting, factor in zip(postings, factors, strict=True):
        for (step, line), spent in posting.spent.items():
            kind = keys[line][0]
            consumed[step][kind] = consumed[step].get(kind, _NOTHING) + spent * factor
    periods = [Period(start, end) for start, end in pairwise(edges)]
    for entry in made:
        step = next(place for place, one in enumerate(periods) if one.contains(entry.cause.start))
        consumed[step][CauseKind.BY_HAND] = consumed[step].get(CauseKind.BY_HAND, _NOTHING) + _as_written(entry)
    return [
        Step(one, found, any(_is_measured(part, one) for part in judged))
        for one, found in zip(periods, consumed, strict=True)
    ]


def _is_measured(judged: Judged, period: Period) -> bool:
    units = judged.units
    place = slice(units.units_before(period.start_minute), units.units_before(period.end_minute))
    return bool(units.measured[place].any())


def _as_written(entry: HandEntry) -> Fraction:
    return decimal_sum([entry.consumed_delta])


def _order(line: Line) -> tuple[bool, Fraction, str, str]:
    return line.kind is CauseKind.UNKNOWN, -line.amount.consumed, line.kind, line.key
