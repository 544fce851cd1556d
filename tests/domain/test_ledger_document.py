"""The tables of docs/ledger.md, computed anew."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from reliability.kit.instants import from_minute, to_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.causes import Cause, CauseKind
from slo.domain.definition import Definition
from slo.domain.exclusions import Exclusion
from slo.domain.ledger import HandEntry, ledger
from slo.domain.ledger_burns import burns
from slo.domain.ledger_posting import Stretch, judge
from slo.domain.minutes import MinuteSeries
from slo.domain.windows import RollingWindow

TEXT = (Path(__file__).parents[2] / "docs/ledger.md").read_text().split("## An example, checked by hand")[1]
Row = tuple[str, int, Fraction, Fraction]


def clock(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-02T{text}:00").replace(tzinfo=UTC)


def tables() -> list[list[list[str]]]:
    found = [block.strip().splitlines()[2:] for block in re.findall(r"(?:^\|.*\n)+", TEXT, re.MULTILINE)]
    return [[[cell.strip() for cell in row.strip("|").split("|")] for row in block] for block in found]


def told(table: list[list[str]]) -> list[Row]:
    """Line, minutes, events or slices, share."""
    rows = [[cell.strip("*") for cell in row] for row in table]
    return [
        (name, int(minutes), Fraction(amount), Fraction(share.removesuffix(" %").replace("−", "-")) / 100)
        for name, minutes, amount, share in rows
    ]


def computed(definition: Definition) -> list[Row]:
    period = Period(clock("10:00"), clock("13:50"))
    start = period.start_minute
    valid = np.full(period.minutes, 100.0)
    bad = np.zeros(period.minutes)
    for when, each, _ in tables()[0]:
        first, last = (to_minute(clock(one)) - start for one in when.split("–"))
        bad[first:last] = float(each)
    series = MinuteSeries(start, valid - bad, valid, np.ones(period.minutes, dtype=np.bool_))
    exclusions = [Exclusion(Period(clock("10:00"), clock("10:30")))]
    part = judge(stretch=Stretch(definition, period, series), exclusions=exclusions, now=period.end)
    deployed = clock("12:25")
    burnt = [Period(from_minute(first), from_minute(last)) for first, last in burns(judged=part)]
    suspected = [one for one in burnt if one.start - timedelta(days=1) < deployed <= one.start]
    causes = [
        Cause(CauseKind.MAINTENANCE, "exclusion", clock("10:00"), clock("10:30"), "database upgrade"),
        Cause(CauseKind.EXPERIMENT, "run 7", clock("11:00"), clock("11:18"), "run 7"),
        Cause(CauseKind.INCIDENT, "incident 12", clock("11:10"), clock("11:40"), "incident 12"),
        *(Cause(CauseKind.SUSPECT, "deployment 2041", one.start, one.end, "2041") for one in suspected),
    ]
    given = Cause(CauseKind.BY_HAND, "adjusted by hand", clock("13:40"), clock("13:40"), "given back")
    found = ledger(
        judged=[part],
        causes=causes,
        by_hand=[HandEntry(given, -0.05)],
        edges=[period.start, period.end],
        now=period.end,
    )
    is_events = definition.budgeting is BudgetingMethod.OCCURRENCES
    lines = [(line.key, line.amount) for line in found.lines if line.key != "exclusion"]
    assert found.total is not None
    return [
        (key, amount.minutes, amount.bad if is_events else amount.spent, amount.consumed)
        for key, amount in [*lines, ("all of it", found.total)]
    ]


WINDOW = RollingWindow(timedelta(days=28))


@pytest.mark.parametrize(
    ("place", "definition"),
    [
        pytest.param(1, Definition(Decimal("0.99"), WINDOW), id="over events"),
        pytest.param(
            2,
            Definition(Decimal("0.75"), WINDOW, BudgetingMethod.TIMESLICES, 5, Decimal("0.98")),
            id="over slices",
        ),
    ],
)
def test_the_tables_of_the_document_are_what_the_ledger_says(place: int, definition: Definition) -> None:
    assert computed(definition) == told(tables()[place])
