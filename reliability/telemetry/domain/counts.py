"""Good and valid events per minute, as a source measured them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reliability.kit.counting import COUNT_MAX

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Sums of floats differ in their last digits; good may exceed valid by this share before it is called a lie.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class PerMinute:
    """One figure per minute. `covered`: minutes measured; `faulty`: minutes whose data cannot be true."""

    figure: Floats
    covered: Flags
    faulty: Flags
    series: int = 0  # how many series were seen

    @classmethod
    def nothing(cls, minutes: int) -> PerMinute:
        """No series at all: nothing covered."""
        return cls(np.zeros(minutes), np.zeros(minutes, dtype=bool), np.zeros(minutes, dtype=bool))

    def plus(self, other: PerMinute) -> PerMinute:
        """Sum over two sets of series: covered where either was measured, faulty where either lies."""
        return PerMinute(
            self.figure + other.figure,
            self.covered | other.covered,
            self.faulty | other.faulty,
            self.series + other.series,
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """Events of consecutive minutes from `start_minute` (minutes since the epoch).

    good and valid are zero wherever `covered` is False: such a minute was not measured, which is not "no events".
    faulty: minutes refused because the source contradicts itself (good > valid, NaN, negative, above COUNT_MAX).
    """

    start_minute: int
    good: Floats
    valid: Floats
    covered: Flags
    faulty: Flags
    warnings: tuple[str, ...] = ()

    @classmethod
    def nothing(cls, *, start_minute: int, minutes: int) -> Counts:
        """Not measured."""
        unmeasured = np.zeros(minutes, dtype=np.bool_)
        return cls(start_minute, np.zeros(minutes), np.zeros(minutes), unmeasured, unmeasured)

    @property
    def minutes(self) -> int:
        return len(self.good)

    @property
    def faults(self) -> int:
        """How many minutes were refused."""
        return self.faults_in(self.start_minute, self.start_minute + self.minutes)

    def faults_in(self, start_minute: int, end_minute: int) -> int:
        """How many of the minutes [start_minute, end_minute) were refused."""
        first, end = max(0, start_minute - self.start_minute), max(0, end_minute - self.start_minute)
        return int(np.count_nonzero(self.faulty[first:end]))


def from_good_and_valid(
    *, start_minute: int, good: Floats, valid: Floats, covered: Flags, faulty: Flags, warnings: tuple[str, ...] = ()
) -> Counts:
    """Counts of what can be true: minutes that are faulty or have good > valid are refused and counted.

    All arrays have one entry per minute. Never clamps: a minute is believed as a whole or not at all,
    except for the rounding of floating-point sums.
    """
    with np.errstate(invalid="ignore"):
        excess = (good > COUNT_MAX) | (valid > COUNT_MAX)
        impossible = np.isnan(good) | np.isnan(valid) | (good < 0) | (valid < 0) | excess
        impossible |= good > valid * (1 + _ROUNDING) + _ROUNDING
    refused = faulty | (covered & impossible)
    kept = covered & ~refused
    valid = np.where(kept, valid, 0.0)
    good = np.where(kept, np.minimum(good, valid), 0.0)
    faults = int(np.count_nonzero(refused))
    if faults:
        contradictions = int(np.count_nonzero(covered & impossible & ~faulty & ~excess))
        warnings = (*warnings, _fault_words(faults, contradictions, int(np.count_nonzero(refused & excess))))
    return Counts(start_minute, good, valid, kept, refused, warnings)


def _fault_words(faults: int, contradictions: int, excesses: int) -> str:
    minutes = "1 minute was" if faults == 1 else f"{faults} minutes were"
    if contradictions == faults:
        return f"{minutes} refused: more good events than valid ones. Do both queries count the same events?"
    if excesses == faults:
        return f"{minutes} refused: more than {COUNT_MAX:,} events in one minute. Does a query count what is no event?"
    return f"{minutes} refused: the source sent NaN, infinite, negative, contradicting or far too large samples"


def concatenate(pieces: list[Counts]) -> Counts:
    """One Counts of consecutive pieces (at least one), warnings without repeats."""
    return Counts(
        pieces[0].start_minute,
        np.concatenate([piece.good for piece in pieces]),
        np.concatenate([piece.valid for piece in pieces]),
        np.concatenate([piece.covered for piece in pieces]),
        np.concatenate([piece.faulty for piece in pieces]),
        tuple(dict.fromkeys(warning for piece in pieces for warning in piece.warnings)),
    )
