"""What a composite is, slice by slice in plain Python and exact fractions: what the arrays must agree with."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np

from slo.domain.composite_slices import PartSlices
from slo.domain.composites import CompositeDefinition, CompositeKind, Missing, groups_of


@dataclass(frozen=True)
class Cell:
    """One slice of one part: events, or None where nobody measured."""

    good: int = 0
    valid: int = 0
    is_measured: bool = True
    is_excluded: bool = False


def part_slices(cells: list[Cell], *, target: Fraction) -> PartSlices:
    """The cells as arrays; slices of one minute."""
    known = [one.is_measured and not one.is_excluded for one in cells]
    valid = [one.valid if is_known else 0 for one, is_known in zip(cells, known, strict=True)]
    good = [one.good if is_known else 0 for one, is_known in zip(cells, known, strict=True)]
    return PartSlices(
        good=np.array(good, dtype=np.float64),
        valid=np.array(valid, dtype=np.float64),
        fails=np.array([v > 0 and Fraction(g, v) < target for g, v in zip(good, valid, strict=True)], dtype=np.bool_),
        is_missing=np.array([not one.is_measured and not one.is_excluded for one in cells], dtype=np.bool_),
        remains=np.array([not one.is_excluded for one in cells], dtype=np.bool_),
        covered_minutes=np.array(known, dtype=np.int64),
        live_minutes=np.array([not one.is_excluded for one in cells], dtype=np.int64),
    )


@dataclass(frozen=True)
class Slice:
    """bad of base; base is None where the slice says nothing."""

    bad: Fraction
    base: Fraction | None


def slice_of(definition: CompositeDefinition, cells: list[Cell], targets: list[Fraction]) -> Slice:
    """One slice of the whole."""
    return {
        CompositeKind.ALL_OF: _all_of,
        CompositeKind.WEIGHTED: _weighted,
        CompositeKind.CHAIN: _chain,
    }[definition.kind](definition, cells, targets)


def _said(cell: Cell, missing: Missing, target: Fraction) -> str:
    if cell.is_excluded:
        return "idle"
    if not cell.is_measured:
        return {Missing.NO_DATA: "unknown", Missing.LEFT_OUT: "idle", Missing.BAD: "bad"}[missing]
    if not cell.valid:
        return "idle"
    return "bad" if Fraction(cell.good, cell.valid) < target else "good"


def _all_of(definition: CompositeDefinition, cells: list[Cell], targets: list[Fraction]) -> Slice:
    said = [_said(cell, definition.missing, target) for cell, target in zip(cells, targets, strict=True)]
    if "bad" in said:
        return Slice(Fraction(1), Fraction(1))
    return Slice(Fraction(0), Fraction(1) if "good" in said and "unknown" not in said else None)


def _weighted(definition: CompositeDefinition, cells: list[Cell], targets: list[Fraction]) -> Slice:
    missing = [not cell.is_measured and not cell.is_excluded for cell in cells]
    if definition.missing is Missing.NO_DATA and any(missing):
        return Slice(Fraction(0), None)
    counted = [
        (part.weight, cell)
        for part, cell in zip(definition.parts, cells, strict=True)
        if cell.is_measured and not cell.is_excluded
    ]
    valid = sum((Fraction(weight * cell.valid) for weight, cell in counted), Fraction(0))
    bad = sum((Fraction(weight * (cell.valid - cell.good)) for weight, cell in counted), Fraction(0))
    return Slice(bad, valid or None)


def _chain(definition: CompositeDefinition, cells: list[Cell], targets: list[Fraction]) -> Slice:
    passed, unknown, speaks = Fraction(1), False, False
    for group in groups_of(definition.parts):
        said = [_said(cells[row], definition.missing, targets[row]) for row in group]
        losses = [
            Fraction(1) if not cells[row].is_measured else 1 - Fraction(cells[row].good, cells[row].valid)
            for row, word in zip(group, said, strict=True)
            if word in ("good", "bad")
        ]
        speaks |= bool(losses)
        if "unknown" in said:
            unknown = True
        elif losses:
            passed *= 1 - prod(losses)
    if (unknown and passed > 0) or not speaks:
        return Slice(Fraction(0), None)
    return Slice(1 - passed, Fraction(1))
