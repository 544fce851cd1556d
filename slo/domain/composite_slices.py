"""The slices of a composite, out of those of its parts: what each part says of a slice, and what that makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from slo.domain.composites import CompositeDefinition, CompositeKind, Missing, groups_of
from slo.domain.exact import reaches
from slo.domain.minutes import BoolArray, FloatArray, IntArray
from slo.domain.spending import Spending


@dataclass(frozen=True, slots=True, eq=False)
class PartSlices:
    """What one part says of each slice, entries of one length; all parts of a whole have the same slices.

    good and valid: events (of a nested whole: its share, and 1 where it was judged). fails: the part is bad.
    is_missing: nobody measured it, though somebody should have. remains: not all of it is excluded. A slice that was
    measured and had no events is idle: it is neither bad nor missing.
    """

    good: FloatArray
    valid: FloatArray
    fails: BoolArray
    is_missing: BoolArray
    remains: BoolArray
    covered_minutes: IntArray
    live_minutes: IntArray
    faulty_minutes: int = 0
    # (valid, good) events as they were counted, of a nested whole those of its parts; None: those above.
    counted: tuple[FloatArray, FloatArray] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """The slices of a composite. losses: (parts, slices), what of `spending.bad` each part took.

    together: what several parts took at once (ALL_OF only), so that losses and together sum to `spending.bad`.
    bad_parts: (parts, slices), whether a part was bad, alone or not. is_missing: not judged for lack of a part.
    events: (valid, good) of each part as they were counted; they are summed where somebody asks.
    """

    spending: Spending
    losses: FloatArray
    together: FloatArray
    bad_parts: BoolArray
    is_missing: BoolArray
    events: tuple[tuple[FloatArray, FloatArray], ...]

    def counted(self) -> tuple[FloatArray, FloatArray]:
        """Events of all parts in each slice, and of these all but the bad ones of parts that were bad in it."""
        valid, good = np.zeros((2, len(self.is_missing)))
        for is_bad, (own, own_good) in zip(self.bad_parts, self.events, strict=True):
            valid += own
            good += np.where(is_bad, own_good, own)
        return valid, good

    def between(self, *, start_minute: int, end_minute: int) -> Whole:
        """The slices that end in (start, end]: the same grid, cut."""
        first = self.spending.units_before(start_minute)
        last = max(first, self.spending.units_before(end_minute))
        cut = slice(first, last)
        one = self.spending
        return Whole(
            Spending(
                start_minute=one.start_minute + first * one.unit_minutes,
                unit_minutes=one.unit_minutes,
                bad=one.bad[cut],
                base=one.base[cut],
                measured=one.measured[cut],
                good=one.good[cut],
                valid=one.valid[cut],
                covered_minutes=one.covered_minutes[cut],
                live_minutes=one.live_minutes[cut],
                faulty_minutes=one.faulty_minutes,
            ),
            self.losses[:, cut],
            self.together[cut],
            self.bad_parts[:, cut],
            self.is_missing[cut],
            tuple((valid[cut], good[cut]) for valid, good in self.events),
        )


def slices_of(spending: Spending, *, is_silence_bad: bool) -> PartSlices:
    """The slices of an SLO that was judged as Timeslices with silence counted as bad.

    is_silence_bad: whether it counts so on its own page, too; else a slice without events is missing, or idle where
    some of its minutes were measured.
    """
    has_events = spending.valid > 0
    silent = spending.measured & ~has_events
    fails = (spending.bad > 0) & has_events
    return PartSlices(
        good=spending.good,
        valid=spending.valid,
        fails=fails | silent if is_silence_bad else fails,
        is_missing=np.zeros_like(silent) if is_silence_bad else silent & (spending.covered_minutes == 0),
        remains=spending.base > 0,
        covered_minutes=spending.covered_minutes,
        live_minutes=spending.live_minutes,
        faulty_minutes=spending.faulty_minutes,
    )


def slices_of_whole(whole: Whole, *, target: Decimal) -> PartSlices:
    """The slices of a nested composite: bad where less than *target* of them was good."""
    one = whole.spending
    fails = one.measured & ~reaches(good=one.good, valid=one.valid, target=target)
    return PartSlices(
        good=one.good,
        valid=one.valid,
        fails=fails,
        is_missing=whole.is_missing,
        remains=(one.base > 0) | (one.live_minutes > 0),
        covered_minutes=one.covered_minutes,
        live_minutes=one.live_minutes,
        faulty_minutes=one.faulty_minutes,
        counted=whole.counted(),
    )


def whole_of(
    *, definition: CompositeDefinition, parts: Sequence[PartSlices], start_minute: int, unit_minutes: int
) -> Whole:
    """The slices of the composite, of *unit_minutes* from *start_minute* on: its own, or those of what it is nested in.

    *parts* are in the order of the definition's, on the same slices.
    """
    judged = _JUDGES[definition.kind](parts, definition)
    live = _folded(np.maximum, [part.live_minutes for part in parts])
    # Minutes in which every part was measured, at most; what is excluded of a part is not asked of it.
    covered = _folded(np.minimum, [part.covered_minutes + (live - part.live_minutes) for part in parts])
    spending = Spending(
        start_minute=start_minute,
        unit_minutes=unit_minutes,
        bad=judged.bad,
        base=judged.base,
        measured=judged.measured,
        good=judged.good,
        valid=judged.valid,
        covered_minutes=np.maximum(covered, 0),
        live_minutes=live,
        faulty_minutes=sum(part.faulty_minutes for part in parts),
    )
    is_missing = _any([part.is_missing for part in parts]) & ~judged.measured
    events = tuple(part.counted or (part.valid, part.good) for part in parts)
    return Whole(spending, judged.losses, judged.together, judged.bad_parts, is_missing, events)


def _folded(fold: np.ufunc, rows: Sequence[IntArray]) -> IntArray:
    folded = rows[0].copy()
    for row in rows[1:]:
        fold(folded, row, out=folded)
    return folded


def _any(rows: Sequence[BoolArray]) -> BoolArray:
    found = rows[0].copy()
    for row in rows[1:]:
        found |= row
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    bad: FloatArray
    base: FloatArray
    measured: BoolArray
    good: FloatArray
    valid: FloatArray
    losses: FloatArray
    together: FloatArray
    bad_parts: BoolArray


def _all_of(parts: Sequence[PartSlices], definition: CompositeDefinition) -> _Judged:
    """One bad part decides a slice whatever the missing ones were; a good slice needs all that are asked for."""
    is_bad_if_missing = definition.missing is Missing.BAD
    bad_parts = np.stack([part.fails | part.is_missing if is_bad_if_missing else part.fails for part in parts])
    count = bad_parts.sum(axis=0)
    is_bad = count > 0
    says_good = _any([(part.valid > 0) & ~part.fails for part in parts])
    if definition.missing is Missing.NO_DATA:
        says_good &= ~_any([part.is_missing for part in parts])
    measured = is_bad | says_good
    return _Judged(
        bad=is_bad.astype(np.float64),
        base=_any([part.remains for part in parts]).astype(np.float64),
        measured=measured,
        good=(measured & ~is_bad).astype(np.float64),
        valid=measured.astype(np.float64),
        losses=(bad_parts & (count == 1)).astype(np.float64),
        together=(count > 1).astype(np.float64),
        bad_parts=bad_parts,
    )


def _weighted(parts: Sequence[PartSlices], definition: CompositeDefinition) -> _Judged:
    missing = _any([part.is_missing for part in parts])
    is_whole = definition.missing is not Missing.NO_DATA or not missing.any()
    losses = np.empty((len(parts), len(missing)))
    base = np.zeros(len(missing))
    for row, (part, own) in enumerate(zip(definition.parts, parts, strict=True)):
        np.subtract(own.valid, own.good, out=losses[row])
        losses[row] *= part.weight
        base += own.valid * part.weight
    if not is_whole:
        losses *= ~missing
        base *= ~missing
    bad = losses.sum(axis=0)
    return _Judged(
        bad=bad,
        base=base,
        measured=base > 0,
        good=base - bad,
        valid=base,
        losses=losses,
        together=np.zeros_like(bad),
        bad_parts=losses > 0,
    )


def _chain(parts: Sequence[PartSlices], definition: CompositeDefinition) -> _Judged:
    """The product over groups of 1 − ∏ (1 − a). What a slice lost is shared by the parts in proportion to what each
    lost by itself: where losses are small that is what each took, and it always sums to the whole."""
    valid, good = (np.stack([getattr(part, name) for part in parts]) for name in ("valid", "good"))
    fails, is_missing = (np.stack([getattr(part, name) for part in parts]) for name in ("fails", "is_missing"))
    has_events = valid > 0
    lost = np.divide(valid - good, valid, out=np.zeros_like(valid), where=has_events)
    lost = np.where(fails & ~has_events, 1.0, lost)
    speaks = has_events | fails
    if definition.missing is Missing.BAD:
        lost, speaks = np.where(is_missing, 1.0, lost), speaks | is_missing
    is_unknown = is_missing if definition.missing is Missing.NO_DATA else np.zeros_like(is_missing)

    units = valid.shape[1]
    passed, sure = np.ones(units), np.ones(units)
    losses, total = np.zeros_like(lost), np.zeros(units)
    for group in groups_of(definition.parts):
        rows = np.array(group)
        group_lost = np.where(speaks[rows].any(axis=0), np.where(speaks[rows], lost[rows], 1.0).prod(axis=0), 0.0)
        own = np.where(speaks[rows], lost[rows], 0.0)
        sums = own.sum(axis=0)
        losses[rows] = np.divide(own * group_lost, sums, out=np.zeros_like(own), where=sums > 0)
        total += group_lost
        passed *= 1.0 - group_lost
        sure *= np.where(is_unknown[rows].any(axis=0), 1.0, 1.0 - group_lost)
    # A part that let nothing through decides the slice, whatever the missing ones were.
    measured = (speaks.any(axis=0) & ~is_unknown.any(axis=0)) | (sure == 0)
    bad = np.where(measured, 1.0 - np.where(is_unknown.any(axis=0), sure, passed), 0.0)
    losses = np.divide(losses * bad, total, out=np.zeros_like(losses), where=total > 0)
    base = measured.astype(np.float64)
    return _Judged(
        bad=bad,
        base=base,
        measured=measured,
        good=base - bad,
        valid=base,
        losses=losses,
        together=np.zeros(units),
        bad_parts=losses > 0,
    )


_JUDGES = {CompositeKind.ALL_OF: _all_of, CompositeKind.WEIGHTED: _weighted, CompositeKind.CHAIN: _chain}
