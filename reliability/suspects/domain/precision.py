"""How often the first suspects were right.

precision@k (Manning, Raghavan and Schütze, Introduction to Information Retrieval, chapter 8; here of one relevant item
for each case) = cases whose confirmed suspect stood at place ≤ k when the case was first ranked ÷ judged cases. A case
is judged at k when a suspect of it was confirmed, at whatever place, or when every suspect up to place k was rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from reliability.kit.periods import Period
from reliability.suspects.domain.kinds import VerdictState


@dataclass(frozen=True, slots=True)
class Seen:
    """A suspect: its place when the case was first ranked (None: it came later) and what people say of it now."""

    first_place: int | None
    verdict: VerdictState


@dataclass(frozen=True, slots=True)
class JudgedCase:
    began_at: datetime
    suspects: Sequence[Seen]


@dataclass(frozen=True, slots=True)
class Precision:
    """hits of judged cases; None where nothing was judged."""

    hits: int
    judged: int

    @property
    def value(self) -> float | None:
        return self.hits / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Month:
    """Of the cases that began in a month of UTC, its first instant."""

    start: datetime
    cases: int
    at_1: Precision
    at_3: Precision


def precision(*, cases: Iterable[JudgedCase], k: int) -> Precision:
    """Over *cases*; those that nobody judged count nowhere."""
    judged = [_is_hit(one, k) for one in cases if is_judged(case=one, k=k)]
    return Precision(sum(judged), len(judged))


def is_judged(*, case: JudgedCase, k: int) -> bool:
    if any(one.verdict is VerdictState.CONFIRMED for one in case.suspects):
        return True
    first = [one for one in case.suspects if one.first_place is not None and one.first_place <= k]
    return bool(first) and all(one.verdict is VerdictState.REJECTED for one in first)


def by_month(*, cases: Sequence[JudgedCase], period: Period) -> list[Month]:
    """Every month of which the period holds a moment, also those without any case: a gap is worth seeing."""
    of_month: dict[datetime, list[JudgedCase]] = {}
    for one in cases:
        of_month.setdefault(month_start(one.began_at), []).append(one)
    months, month = [], month_start(period.start)
    while month < period.end:
        found = of_month.get(month, [])
        months.append(Month(month, len(found), precision(cases=found, k=1), precision(cases=found, k=3)))
        month = _next(month)
    return months


def month_start(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(month: datetime) -> datetime:
    year, number = divmod(month.year * 12 + month.month, 12)
    return month.replace(year=year, month=number + 1)


def _is_hit(case: JudgedCase, k: int) -> bool:
    return any(
        one.verdict is VerdictState.CONFIRMED and one.first_place is not None and one.first_place <= k
        for one in case.suspects
    )
