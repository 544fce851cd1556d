"""The ledger where people would look twice: precedence, split slices, changed targets, gaps, and burns."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.kit.instants import from_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.causes import UNKNOWN, Cause, CauseKind, private_merged
from slo.domain.definition import Definition
from slo.domain.ledger import Ledger, ledger
from slo.domain.ledger_burns import burns
from slo.domain.ledger_minutes import minutes_of_line
from slo.domain.ledger_posting import Judged, Stretch, judge
from slo.domain.minutes import MinuteSeries
from slo.domain.windows import RollingWindow
from tests.domain.measured import NOON, Run, series_of

HOUR = RollingWindow(timedelta(hours=1))
EVENTS = Definition(Decimal("0.99"), HOUR)
RARE = Definition(Decimal("0.9"), HOUR, BudgetingMethod.TIMESLICES, 5, Decimal("0.98"))
SLICES = Definition(Decimal("0.5"), HOUR, BudgetingMethod.TIMESLICES, 5, Decimal("0.98"))


def judged(*runs: Run, definition: Definition = EVENTS, start: datetime | None = None) -> Judged:
    """The runs end at noon; from *start* on they are judged."""
    series = series_of(*runs)
    period = Period(start or from_minute(series.start_minute), NOON)
    return judge(stretch=Stretch(definition, period, series), exclusions=(), now=NOON)


def under(*parts: Judged, causes: list[Cause] | None = None) -> Ledger:
    edges = [parts[0].stretch.period.start, parts[-1].stretch.period.end]
    return ledger(judged=parts, causes=causes or [], edges=edges, now=NOON)


def cause(kind: CauseKind, first: int, last: int | None, *, key: str = "", is_declared: bool = True) -> Cause:
    """Minutes before noon."""
    end = None if last is None else NOON - timedelta(minutes=last)
    return Cause(kind, key or kind.value, NOON - timedelta(minutes=first), end, kind.words, is_declared=is_declared)


def consumed(found: Ledger) -> dict[str, Fraction]:
    return {line.key: line.amount.consumed for line in found.lines if line.amount.consumed}


def test_of_several_causes_the_first_kind_has_the_minute_and_what_goes_on_has_the_rest() -> None:
    found = under(
        judged((60, 98.0, 100.0)),
        causes=[
            cause(CauseKind.SUSPECT, 60, 0),
            cause(CauseKind.INCIDENT, 50, None),
            cause(CauseKind.EXPERIMENT, 30, 20),
            cause(CauseKind.MAINTENANCE, 25, 15),
        ],
    )
    sixtieth = Fraction(2, 60)
    assert consumed(found) == {
        "incident": 35 * sixtieth,
        "maintenance": 10 * sixtieth,
        "suspect": 10 * sixtieth,
        "experiment": 5 * sixtieth,
    }
    assert found.total is not None
    assert [found.total.consumed, found.total.bad, found.total.minutes] == [2, 120, 60]


def test_within_a_kind_the_declared_cause_wins_and_then_the_one_that_began_last() -> None:
    old, new = cause(CauseKind.INCIDENT, 60, 0, key="old"), cause(CauseKind.INCIDENT, 20, 10, key="new")
    inferred = cause(CauseKind.INCIDENT, 15, 5, key="inferred", is_declared=False)
    found = under(judged((60, 98.0, 100.0)), causes=[new, old, inferred])
    assert {line.key: line.amount.minutes for line in found.lines if line.causes} == {
        "old": 50,
        "new": 10,
        "inferred": 0,
    }


def test_a_cause_has_every_minute_that_it_touches_and_none_when_it_is_empty() -> None:
    at = NOON - timedelta(minutes=10)
    causes = [
        Cause(CauseKind.INCIDENT, "a", at + timedelta(seconds=59), at + timedelta(seconds=61), "two minutes"),
        Cause(CauseKind.EXPERIMENT, "b", at, at, "no time at all"),
    ]
    found = under(judged((60, 98.0, 100.0)), causes=causes)
    assert {line.key: line.amount.minutes for line in found.lines} == {"a": 2, "b": 0, "unknown": 58}


def test_a_bad_slice_is_split_by_the_events_that_its_minutes_lost() -> None:
    part = judged((5, 90.0, 100.0), (3, 100.0, 100.0), (1, 94.0, 100.0), (1, 91.0, 100.0), definition=SLICES)
    found = under(part, causes=[cause(CauseKind.INCIDENT, 2, 1)])
    assert {line.key: line.amount.spent for line in found.lines} == {
        "unknown": 1 + Fraction(9, 15),
        "incident": Fraction(6, 15),
    }
    assert found.total is not None
    assert found.total.consumed == 2, "both slices are bad, the budget is one"
    rows = minutes_of_line(
        judged=[part], causes=[cause(CauseKind.INCIDENT, 2, 1)], line=(CauseKind.INCIDENT, "incident")
    )
    (row,) = rows
    assert row.bad == 6
    assert row.consumed == pytest.approx(0.4)


def test_a_slice_that_nobody_measured_is_split_by_its_minutes_where_that_counts_as_bad() -> None:
    strict = Definition(
        Decimal("0.5"), HOUR, BudgetingMethod.TIMESLICES, 5, Decimal("0.98"), counts_no_data_as_bad=True
    )
    runs: tuple[Run, ...] = ((5, 100.0, 100.0), (5, None, 0.0))
    found = under(judged(*runs, definition=strict), causes=[cause(CauseKind.MAINTENANCE, 3, 2)])
    assert consumed(found) == {"unknown": Fraction(4, 5), "maintenance": Fraction(1, 5)}
    lenient = under(judged(*runs, definition=SLICES), causes=[cause(CauseKind.MAINTENANCE, 3, 2)])
    assert lenient.total is not None
    assert lenient.total.consumed == 0, "a gap spends nothing"


def test_without_data_nothing_is_known_to_be_spent() -> None:
    assert under(judged((10, None, 0.0))).total is None


def test_a_changed_target_makes_a_ratio_of_sums() -> None:
    """Half an hour at 99 % with 30 bad of 3,000, half at 99.5 % with 30 bad of 6,000: 60 of a budget of 30 + 30."""
    strict = Definition(Decimal("0.995"), HOUR)
    early = judge(
        stretch=Stretch(EVENTS, Period(NOON - timedelta(hours=1), NOON - timedelta(minutes=30)), MINUTES),
        exclusions=(),
        now=NOON,
    )
    late = judge(stretch=Stretch(strict, Period(NOON - timedelta(minutes=30), NOON), MINUTES), exclusions=(), now=NOON)
    found = under(early, late, causes=[cause(CauseKind.INCIDENT, 40, 20)])
    assert found.allowed == 60
    assert found.total is not None
    assert found.total.consumed == 1
    assert consumed(found) == {"incident": Fraction(20, 60), "unknown": Fraction(40, 60)}


def test_a_changed_method_counts_each_stretch_by_its_length() -> None:
    early = judge(
        stretch=Stretch(SLICES, Period(NOON - timedelta(hours=1), NOON - timedelta(minutes=20)), MINUTES),
        exclusions=(),
        now=NOON,
    )
    late = judge(stretch=Stretch(EVENTS, Period(NOON - timedelta(minutes=20), NOON), MINUTES), exclusions=(), now=NOON)
    found = under(early, late)
    assert found.allowed is None
    assert found.total is not None
    # Slices: none is bad (99 % and 99.5 % reach 98 %). Events: 20 bad of 4,000 at 99 % spend half of that stretch.
    assert found.total.consumed == Fraction(20, 60) * Fraction(1, 2)


MINUTES = series_of((30, 99.0, 100.0), (30, 199.0, 200.0))


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([(60, 98.0, 100.0)], [], id="twice the rate for ever is no event"),
        pytest.param([(30, 100.0, 100.0), (10, 90.0, 100.0), (20, 100.0, 100.0)], [(30, 40)], id="ten bad minutes"),
        pytest.param([(30, 100.0, 100.0), (4, 0.0, 100.0), (26, 100.0, 100.0)], [], id="four minutes are too short"),
        pytest.param(
            [(5, 90.0, 100.0), (15, 100.0, 100.0), (5, 90.0, 100.0), (16, 100.0, 100.0), (5, 90.0, 100.0)],
            [(0, 25), (41, 46)],
            id="pauses up to a quarter of an hour",
        ),
        pytest.param(
            [(3, 95.0, 100.0), (10, 100.0, 100.0), (30, 50.0, 100.0)], [(13, 43)], id="a flicker before is left out"
        ),
        pytest.param(
            [(1, 94.0, 100.0), (8, 100.0, 100.0), (5, 90.0, 100.0)], [(9, 14)], id="also of an outage that is young"
        ),
        pytest.param(
            [(1, 90.0, 100.0), (2, 100.0, 100.0), (1, 90.0, 100.0), (12, 100.0, 100.0), (6, 88.0, 100.0)],
            [(16, 22)],
            id="also of several that were fast by themselves",
        ),
        pytest.param(
            [(6, 50.0, 100.0), (10, 100.0, 100.0), (30, 50.0, 100.0)], [(0, 46)], id="a sixth of it is no flicker"
        ),
        pytest.param(
            [(30, 50.0, 100.0), *[(9, 100.0, 100.0), (1, 95.0, 100.0)] * 6],
            [(0, 30)],
            id="a flicker after puts off no end",
        ),
        pytest.param(
            [(6, 90.0, 100.0), *[(4, 100.0, 100.0), (1, 95.0, 100.0), (5, 100.0, 100.0)] * 3, (12, 90.0, 100.0)],
            [(0, 6), (36, 48)],
            id="a flicker between bridges no pause",
        ),
        pytest.param(
            [(6, 90.0, 100.0), (12, 100.0, 100.0), (5, 96.0, 100.0), (20, 100.0, 100.0)],
            [(0, 23)],
            id="a burn goes on after a pause",
        ),
        pytest.param(
            [(5, 97.0, 100.0), (12, 100.0, 100.0), (5, 97.0, 100.0), (20, 100.0, 100.0)],
            [(0, 22)],
            id="however slow both are",
        ),
        pytest.param(
            [*[(1, 94.0, 100.0), (1, 100.0, 100.0)] * 10, (20, 99.0, 100.0)], [(0, 19)], id="every other minute burns"
        ),
        pytest.param([(20, None, 0.0), (6, 0.0, 0.0), (10, 0.0, 5.0)], [(26, 36)], id="gaps and silence burn nothing"),
    ],
)
def test_burns_are_found_in_the_minutes(runs: list[Run], expected: list[tuple[int, int]]) -> None:
    part = judged(*runs)
    start = part.minutes.start_minute
    assert [(first - start, last - start) for first, last in burns(judged=part)] == expected


def test_a_burn_lost_the_budget_of_half_an_hour_or_of_a_tenth_of_a_shorter_window() -> None:
    month = Definition(Decimal("0.99"), RollingWindow(timedelta(days=28)))
    for bad, definition, expected in ((5.0, month, 0), (7.0, month, 1), (5.0, EVENTS, 1)):
        part = judged((30, 100.0, 100.0), (5, 100.0 - bad, 100.0), (30, 100.0, 100.0), definition=definition)
        assert len(burns(judged=part)) == expected


HOURS = st.lists(st.tuples(st.integers(1, 12), st.sampled_from((0, 0, 0, 1, 2, 3, 5, 40))), min_size=1, max_size=25)
LATER = st.lists(st.tuples(st.integers(1, 6), st.sampled_from((0, 0, 0, 0, 0, 3, 5))), min_size=1, max_size=25)


@given(before=HOURS, after=LATER | HOURS)
def test_burns_lie_apart_and_an_outage_ends_with_its_last_minute(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    """Allowed are 2 of 100. What comes after the outage, is never faster than that and no run of five is flicker."""
    outage = (20, 90)
    lost = [each for minutes, each in (*before, outage, *after) for _ in range(minutes)]
    part = judged(*((1, 100.0 - each, 100.0) for each in lost))
    start = part.minutes.start_minute
    found = [(first - start, last - start) for first, last in burns(judged=part)]
    for first, last in found:
        assert last - first >= 5
        assert min(lost[first], lost[last - 1]) > 2
    assert all(later[0] - earlier[1] > 15 for earlier, later in pairwise(found))
    began = sum(minutes for minutes, _ in before)
    (around,) = [one for one in found if one[0] <= began and began + 20 <= one[1]]
    rest = [lost for minutes, lost in after for _ in range(minutes)]
    is_slow = all(sum(rest[:minutes]) <= 2 * minutes for minutes in range(1, len(rest) + 1))
    if is_slow and all(min(rest[minute : minute + 5]) <= 2 for minute in range(len(rest) - 4)):
        assert around[1] == began + 20


@settings(max_examples=settings().max_examples // 2)
@given(before=HOURS, after=HOURS)
def test_a_burn_once_found_stays_and_its_end_only_moves_on(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    lost = [each for minutes, each in (*before, (7, 90), *after) for _ in range(minutes)]
    bad = np.array(lost, dtype=float)
    start = to_minute(NOON)
    known: list[tuple[int, int]] = []
    for minutes in range(sum(minutes for minutes, _ in before), len(lost) + 1, 2):
        counts = MinuteSeries(start, 100 - bad[:minutes], np.full(minutes, 100.0), np.ones(minutes, dtype=np.bool_))
        period = Period(NOON, NOON + timedelta(minutes=minutes))
        found = burns(judged=judge(stretch=Stretch(EVENTS, period, counts), exclusions=(), now=period.end))
        for first, last in known:
            assert any(one[0] < last and first < one[1] and last <= one[1] for one in found)
        known = found


@pytest.mark.parametrize("outage", range(1, 12))
def test_an_outage_is_a_burn_from_its_first_minute_on_where_a_flicker_seemed_to_begin_it(outage: int) -> None:
    part = judged((30, 100.0, 100.0), (1, 76.0, 100.0), (4, 100.0, 100.0), (outage, 0.0, 100.0))
    start = part.minutes.start_minute
    ((first, last),) = [(first - start, last - start) for first, last in burns(judged=part)]
    assert (first, last) == (30 if outage < 5 else 35, 35 + outage)


def test_one_bad_slice_is_no_burn_and_two_are() -> None:
    for bad, expected in ((5, 0), (10, 1)):
        part = judged((30, 100.0, 100.0), (bad, 0.0, 100.0), (30, 100.0, 100.0), definition=RARE)
        assert len(burns(judged=part)) == expected


def test_causes_of_others_become_one_nameless_line_with_all_their_minutes() -> None:
    causes = [cause(CauseKind.INCIDENT, 40, 30, key="a"), cause(CauseKind.INCIDENT, 20, 15, key="b")]
    part = judged((60, 98.0, 100.0))
    found = under(part, causes=private_merged(causes, hidden=[True, True]))
    (line,) = [line for line in found.lines if line.causes]
    assert (line.key, line.amount.minutes) == ("incident-private", 15)
    assert {one.label for one in line.causes} == {"Incident of another team"}
    assert under(part, causes=causes).total == found.total


def test_the_minutes_of_all_lines_are_those_that_spent_each_once() -> None:
    part = judged((20, 98.0, 100.0), (20, 100.0, 100.0), (20, 97.0, 100.0))
    causes = [cause(CauseKind.INCIDENT, 50, 10)]
    rows = [
        minutes_of_line(judged=[part], causes=causes, line=line) for line in ((CauseKind.INCIDENT, "incident"), UNKNOWN)
    ]
    minutes = np.concatenate([one.minutes for one in rows])
    assert len(minutes) == len(set(minutes.tolist())) == 40
    assert minutes.min() == to_minute(NOON) - 60
    total = under(part, causes=causes).total
    assert total is not None
    assert sum(row.consumed for one in rows for row in one) == pytest.approx(float(total.consumed))
