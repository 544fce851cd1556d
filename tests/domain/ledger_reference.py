"""The ledger again, minute by minute and with fractions: slow, plain, and written without looking at the fast one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from slo.domain.budgeting import BudgetingMethod
from slo.domain.causes import UNKNOWN, CauseKind
from tests.domain.reference import Counts, Out, Rules

ORDER = [CauseKind.MAINTENANCE, CauseKind.EXPERIMENT, CauseKind.INCIDENT, CauseKind.SUSPECT]
Owner = tuple[CauseKind, str]


@dataclass(frozen=True)
class Interval:
    kind: CauseKind
    key: str
    first_second: int
    last_second: int  # the one after
    is_declared: bool


def owner_of(minute: int, intervals: Sequence[Interval]) -> Owner:
    """By precedence, then declared, then the last to begin, then by key."""
    touching = [one for one in intervals if one.first_second < minute * 60 + 60 and one.last_second > minute * 60]
    touching = [one for one in touching if one.first_second < one.last_second]
    for kind in ORDER:
        for is_declared in (True, False):
            found = [one for one in touching if one.kind is kind and one.is_declared is is_declared]
            if found:
                latest = max(one.first_second for one in found)
                return kind, min(one.key for one in found if one.first_second == latest)
    return UNKNOWN


def spent_by_owner(
    *, counts: Counts, rules: Rules, start: int, end: int, now: int, outs: Sequence[Out], intervals: Sequence[Interval]
) -> tuple[dict[Owner, Fraction], Fraction]:
    """Units that each owner spent, and the base they are a share of; base 0 when nothing was measured."""
    size = 1 if rules.budgeting is BudgetingMethod.OCCURRENCES else rules.slice_minutes
    spent: dict[Owner, Fraction] = defaultdict(Fraction)
    base, is_measured = Fraction(0), False
    for number in range(start // size, end // size):
        minutes = range(number * size, number * size + size)
        open_minutes = [m for m in minutes if not any(o.first <= m < o.last and not o.is_up for o in outs)]
        excused = {m for m in open_minutes if any(o.first <= m < o.last and o.is_up for o in outs)}
        is_over = minutes.stop <= now
        seen = {m: counts[m] for m in open_minutes if m in counts} if is_over else {}
        bad = {m: Fraction(0) if m in excused else valid - good for m, (good, valid) in seen.items()}
        valid = sum((pair[1] for pair in seen.values()), Fraction(0))
        missing = [m for m in open_minutes if m not in excused]
        is_missed = is_over and not valid and bool(missing) and rules.counts_no_data_as_bad
        weights = dict.fromkeys(missing, Fraction(1)) if is_missed else bad
        if rules.budgeting is BudgetingMethod.OCCURRENCES:
            unit_bad, unit_base, is_judged = sum(bad.values(), Fraction(0)), valid, valid > 0
            weights = bad
        elif rules.budgeting is BudgetingMethod.TIMESLICES:
            lost = sum(bad.values(), Fraction(0))
            fails = valid > 0 and (valid - lost) / valid < Fraction(rules.slice_target)
            unit_bad, unit_base = Fraction(int(fails or is_missed)), Fraction(int(bool(open_minutes)))
            is_judged = valid > 0 or is_missed
        else:
            is_judged = valid > 0 or is_missed
            unit_bad = sum(bad.values(), Fraction(0)) / valid if valid else Fraction(int(is_missed))
            unit_base = Fraction(int(is_judged))
        base += unit_base
        is_measured = is_measured or is_judged
        whole = sum(weights.values(), Fraction(0))
        for minute, weight in weights.items():
            if unit_bad and weight:
                spent[owner_of(minute, intervals)] += unit_bad * weight / whole
    return dict(spent), base if is_measured else Fraction(0)
