"""The tables of docs/composites.md, computed anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from reliability.kit.instants import from_minute
from reliability.kit.periods import Period
from slo.domain.budgeting import BudgetingMethod
from slo.domain.composite_shares import shares_of
from slo.domain.composite_slices import PartSlices, slices_of, whole_of
from slo.domain.composites import CompositeDefinition, CompositeKind, Missing, Part
from slo.domain.definition import Definition
from slo.domain.minutes import MinuteSeries
from slo.domain.rolling import RollingWindow
from slo.domain.spending import spend
from slo.domain.what_if import Link, serial

PAGE = (Path(__file__).parents[2] / "docs" / "composites.md").read_text()
MINUTES = 240
WINDOW = RollingWindow(timedelta(minutes=MINUTES))
FAILING = {"search": ((60, 80),), "payments": ((70, 90), (120, 130))}
WEIGHTS = {"search": 1, "payments": 3}


def rows(first: str) -> list[list[str]]:
    """The cells of the lines of a table that begin with *first*."""
    lines = [line for line in PAGE.splitlines() if line.startswith(f"| {first} |")]
    assert lines, first
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def part(failing: tuple[tuple[int, int], ...], unit: int) -> PartSlices:
    valid = np.full(MINUTES, 100.0)
    good = valid.copy()
    for start, end in failing:
        good[start:end] = 50.0
    definition = Definition(
        objective=Decimal("0.9"),
        window=WINDOW,
        budgeting=BudgetingMethod.TIMESLICES,
        slice_minutes=unit,
        slice_target=Decimal("0.99"),
        counts_no_data_as_bad=True,
    )
    now = from_minute(MINUTES)
    series = MinuteSeries(0, good, valid, np.ones(MINUTES, dtype=np.bool_))
    spending = spend(series=series, definition=definition, period=Period(from_minute(0), now), now=now)
    return slices_of(spending, is_silence_bad=False)


@pytest.mark.parametrize("kind", CompositeKind)
def test_the_example_is_what_the_page_says(kind: CompositeKind) -> None:
    definition = CompositeDefinition(
        kind=kind,
        objective=Decimal("0.9"),
        window=WINDOW,
        slice_minutes=5,
        missing=Missing.NO_DATA,
        parts=tuple(Part(weight=weight) for weight in WEIGHTS.values()),
    )
    unit = definition.unit_minutes
    parts = [part(failing, unit) for failing in FAILING.values()]
    shares = shares_of(
        whole_of(definition=definition, parts=parts, start_minute=0, unit_minutes=unit), budget=Decimal("0.1")
    )
    assert shares is not None
    amounts = dict(zip(FAILING, (one.own for one in shares.parts), strict=True)) | {"all of it": shares.total}
    if kind is CompositeKind.ALL_OF:
        amounts["several at once"] = shares.together
    told = {name: (lost, spent) for _, name, lost, spent in rows(kind.value) if name in amounts}
    assert told == {
        name: (f"{float(one.bad):g}", f"{float(one.consumed) * 100:.2f} %") for name, one in amounts.items()
    }


def test_what_if_is_what_the_page_says() -> None:
    links = [
        Link(name, Fraction(rows(name)[-1][1].removesuffix(" %")) / 100) for name in ("payments", "orders-db", "search")
    ]
    after = [*links[:2], replace(links[2], needed=Fraction("0.1"))]
    outcomes = [serial(links), serial(after)]
    assert rows("**all of it**")[0][1:] == [f"{float(one.availability or 0) * 100:.4f} %" for one in outcomes]
    assert rows("**bad minutes a month**")[0][1:] == [f"{one.bad_minutes_a_month:.2f}" for one in outcomes]
