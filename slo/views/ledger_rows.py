"""A ledger as its tables show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from reliability.web.words import decimal_of, duration_text, number_text, percent_text
from slo.domain.causes import UNKNOWN, Behind, CauseKind
from slo.domain.ledger import Ledger, Line
from slo.selectors.ledger import LedgerView


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line. consumed: share of the period's budget; part: of all that was spent, None where that is nothing.

    spent: bad slices as time, in words. has_minutes: there are some to list. behind: what was changed before it.
    """

    key: str
    kind: str
    label: str
    url: str
    detail: str
    start: datetime | None
    end: datetime | None
    intervals: int
    minutes: int
    touched: int
    bad: float
    spent: str
    consumed: float
    part: float | None
    behind: Behind | None

    @property
    def suspect(self) -> str:
        """In one line, for files."""
        if self.behind is None:
            return ""
        told = f"{self.behind.words}: {self.behind.label}"
        return f"{told} ({self.behind.why})" if self.behind.why else told

    @property
    def has_minutes(self) -> bool:
        return self.minutes > 0


def rows_of(ledger: Ledger) -> list[LedgerRow]:
    """Lines that spent or gave back something, and unknown if anything was measured; what spent most first."""
    return [row_of(line, ledger) for line in ledger.lines if line.amount.consumed]


def idle_rows_of(ledger: Ledger) -> list[LedgerRow]:
    """Causes that had minutes and spent nothing: exclusions, quiet maintenance, incidents without loss."""
    lines = [line for line in ledger.lines if line.causes and not line.amount.consumed and line.amount.touched]
    return [row_of(line, ledger) for line in sorted(lines, key=lambda line: line.causes[0].start, reverse=True)]


def row_of(line: Line, ledger: Ledger) -> LedgerRow:
    amount, total = line.amount, ledger.total.consumed if ledger.total else Fraction(0)
    first = line.causes[0] if line.causes else None
    details = list(dict.fromkeys(cause.detail for cause in line.causes if cause.detail))
    ends = [cause.end for cause in line.causes]
    return LedgerRow(
        key=line.key,
        kind=line.kind.words,
        label=first.label if first else "No cause is known",
        url=first.url if first else "",
        detail=details[0] if len(details) == 1 else f"{len(line.causes)} times" if details else "",
        start=first.start if first else None,
        end=None if None in ends or not ends else max(end for end in ends if end),
        intervals=len(line.causes),
        minutes=amount.minutes,
        touched=amount.touched,
        bad=float(amount.bad),
        spent=spent_words(amount.spent, ledger),
        consumed=float(amount.consumed),
        part=float(amount.consumed / total) if total else None,
        behind=first.behind if first else None,
    )


def spent_words(spent: Fraction, ledger: Ledger) -> str:
    """Bad slices as time: "35 min". Empty for events, which are told beside it as those that were lost."""
    if ledger.allowed is None or ledger.unit_minutes is None or not spent:
        return ""
    return duration_text(timedelta(minutes=float(spent) * ledger.unit_minutes))


def sentence_of(view: LedgerView) -> str:
    """Where the budget went, in one sentence."""
    total = view.ledger.total
    if total is None:
        return "Nothing was measured in this period, so nothing is known to be spent."
    if not total.consumed:
        return "Nothing was spent."
    shares = [(kind, view.ledger.of_kind(kind).consumed) for kind in CauseKind]
    told = [(kind, share) for kind, share in sorted(shares, key=lambda one: -abs(one[1])) if share]
    parts = ", ".join(f"{kind.words.lower()} {_percent(share)}" for kind, share in told)
    return f"{_percent(total.consumed)} of the budget was spent: {parts}."


def allowed_words(ledger: Ledger) -> str:
    """The whole budget of the period, in units."""
    if ledger.allowed is None:
        return "judged in different units: only shares add up"
    if ledger.unit_minutes is None:
        return f"{number_text(float(ledger.allowed))} bad events are the whole budget"
    return f"{duration_text(timedelta(minutes=float(ledger.allowed) * ledger.unit_minutes))} are the whole budget"


def line_named(ledger: Ledger, key: str) -> Line | None:
    return next((line for line in ledger.lines if line.key == key), None)


COLUMNS = (
    "kind", "cause", "link", "why", "suspect", "from", "to", "minutes", "minutes_touched",
    "events_lost", "units_spent", "budget_spent",
)  # fmt: skip


def file_rows(ledger: Ledger) -> Sequence[Sequence[object]]:
    """For COLUMNS, unrounded; every line, so that the last column sums to what was spent."""
    found = []
    for line in ledger.lines:
        row = row_of(line, ledger)
        if not line.amount.consumed and not line.amount.touched and line.key != UNKNOWN[1]:
            continue
        units = None if ledger.allowed is None else float(line.amount.spent)
        found.append(
            (line.kind.value, row.label, row.url, row.detail, row.suspect, row.start, row.end, row.minutes,
             row.touched, row.bad, units, row.consumed)
        )  # fmt: skip
    return found


def _percent(share: Fraction) -> str:
    return percent_text(decimal_of(float(share * 100)))
