"""The windows of all rules of many objectives at once: one statement for events, one read of minutes per slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from reliability.kit.instants import MINUTE, from_minute, to_minute
from slo.domain import batch
from slo.domain.alerting_policy import Policy
from slo.domain.alerting_readings import FRESH, Reading, WindowReading
from slo.domain.budgeting import BudgetingMethod
from slo.domain.burn import rate_of_tail, reading_of_burn, units_in
from slo.domain.minutes import FloatArray, IntArray
from slo.domain.spans import Spans, spans_of
from slo.domain.spending import spend
from slo.selectors.occurrences import WindowTotals, totals_of_windows
from slo.selectors.series import read_between
from slo.selectors.terms import Terms

_NO_SPANS = Spans()
_PER_RULE = 3  # columns: long, short, and all before the long window
_Row = tuple[list[float], list[float], list[float], list[int], list[int]]


@dataclass(frozen=True, slots=True)
class Readings:
    """What the rules of one objective read. at: where its windows end; was_measured: some minute before it was.

    Columns are kept as they were summed: of thousands of rules few are looked at closely.
    """

    policy: Policy
    at: datetime
    is_stale: bool
    was_measured: bool
    row: _Row

    def of(self, index: int) -> Reading:
        """The reading of the rule at *index* of the policy."""
        first = index * _PER_RULE
        short = self.policy.rules[index].short
        return Reading(
            long=self._window(first),
            short=self._window(first + 1) if short else None,
            is_stale=self.is_stale,
            is_young=self.row[3][first + 2] == 0,
        )

    def long_burn(self, index: int) -> float | None:
        burn = self.row[0][index * _PER_RULE]
        return None if burn != burn else burn

    @property
    def silence(self) -> WindowReading | None:
        """The last minutes as the silence rule counts them."""
        return self._window(len(self.policy.rules) * _PER_RULE) if self.policy.silence else None

    def _window(self, column: int) -> WindowReading:
        burn, good, valid, covered, live = (values[column] for values in self.row)
        return WindowReading(None if burn != burn else burn, good, valid, int(covered), int(live))


def readings_of(
    *, terms: Sequence[Terms], policies: Sequence[Policy], measured_until: Mapping[int, datetime | None], at: datetime
) -> list[Readings]:
    """The readings of each objective at *at* (a whole minute), in the order given.

    Windows end where an indicator's data end when that is no longer ago than FRESH: what a source still owes does not
    count as calm. measured_until: by SLI.
    """
    if not terms:
        return []
    ends = [_end(measured_until.get(one.sli_id), at) for one in terms]
    starts, stops = _bounds(policies, [end for end, _ in ends], at)
    spans = [spans_of(one.exclusions) if one.exclusions else _NO_SPANS for one in terms]
    totals = totals_of_windows(
        sli_ids=np.array([one.sli_id for one in terms], dtype=np.int64),
        starts=starts,
        ends=stops,
        spans=spans if any(spans) else None,
    )
    objectives = batch.Objectives.of([one.definition.objective for one in terms])
    burns = batch.burn_rates(good=totals.good, valid=totals.valid, objectives=objectives)
    found = []
    for index, row in enumerate(_rows(burns, totals)):
        one, policy, (end, is_stale) = terms[index], policies[index], ends[index]
        if one.definition.budgeting is not BudgetingMethod.OCCURRENCES:
            _judge_slices(row, one, policy, from_minute(end))
        until = measured_until.get(one.sli_id)
        is_blind = is_stale and policy.guards.needs_coverage
        found.append(Readings(policy, from_minute(end), is_blind, until is not None, row))
    return found


def _end(measured_until: datetime | None, at: datetime) -> tuple[int, bool]:
    """The minute at which windows end, and whether the data are older than that may be."""
    if measured_until is None or at - measured_until > FRESH:
        return to_minute(at), True
    return min(to_minute(measured_until), to_minute(at)), False


def _bounds(policies: Sequence[Policy], ends: Sequence[int], at: datetime) -> tuple[np.ndarray, np.ndarray]:
    """Start and end minutes, one row per objective; unused columns are empty windows."""
    width = max(len(policy.rules) for policy in policies) * _PER_RULE + 1
    starts, stops = np.zeros((2, len(policies), width), dtype=np.int64)
    now = to_minute(at)
    layouts: dict[int, tuple[IntArray, IntArray]] = {}
    for row, (policy, end) in enumerate(zip(policies, ends, strict=True)):
        # Policies are shared: their lengths are worked out once.
        if id(policy) not in layouts:
            layouts[id(policy)] = _lengths(policy)
        columns, lengths = layouts[id(policy)]
        starts[row, columns], stops[row, columns] = end - lengths, end
        rules = len(policy.rules) * _PER_RULE
        stops[row, 2:rules:_PER_RULE] = starts[row, :rules:_PER_RULE]
        if policy.silence:
            starts[row, rules], stops[row, rules] = now - policy.silence.after // MINUTE, now
    return starts, stops


def _lengths(policy: Policy) -> tuple[IntArray, IntArray]:
    columns, lengths = [], []
    for index, rule in enumerate(policy.rules):
        for offset, length in ((0, rule.long), (1, rule.short)):
            if length is not None:
                columns.append(index * _PER_RULE + offset)
                lengths.append(length // MINUTE)
    return np.array(columns, dtype=np.int64), np.array(lengths, dtype=np.int64)


def _rows(burns: FloatArray, totals: WindowTotals) -> list[_Row]:
    columns = (burns, totals.good, totals.valid, totals.covered_minutes, totals.minutes)
    return list(zip(*(values.tolist() for values in columns), strict=True))


def _judge_slices(row: _Row, terms: Terms, policy: Policy, at: datetime) -> None:
    """Burn of the whole slices that ended in each window; events and coverage stay those of its minutes."""
    asked = [
        (index * _PER_RULE + offset, length)
        for index, rule in enumerate(policy.rules)
        for offset, length in ((0, rule.long), (1, rule.short))
        if length is not None
    ]
    if not asked:
        return
    for (column, _), burn in zip(asked, _slice_burns(terms, [length for _, length in asked], at), strict=True):
        row[0][column] = float("nan") if burn is None else burn


def _slice_burns(terms: Terms, lengths: Sequence[timedelta], at: datetime) -> list[float | None]:
    definition = terms.definition
    period = reading_of_burn(definition=definition, window=max(lengths), now=at)
    series = read_between(sli_id=terms.sli_id, start_minute=period.start_minute, end_minute=period.end_minute)
    spending = spend(series=series, definition=definition, period=period, exclusions=terms.exclusions, now=at)
    return [rate_of_tail(spending, definition, units_in(definition, length, at)) for length in lengths]
