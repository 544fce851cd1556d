"""Latency from histograms: how many events took at most a threshold."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")


def parse_le(text: str) -> float | None:
    """The upper bound of a classic bucket: "1", "1.0" and "1e0" are the same; None when it is no number."""
    if text in ("+Inf", "Inf", "+inf", "inf"):
        return math.inf
    return float(text) if _NUMBER.match(text) else None


def le_pattern(thresholds: Iterable[float]) -> str:
    """A regular expression (RE2) for `le` that matches these bounds as any known client writes them, and +Inf.

    0.3 may be "0.3", "0.30", ".3", "3e-1" or "3.0e-01". What it lets through is compared numerically afterwards.
    """
    return "|".join(["[+]?[Ii]nf", *(_forms(Decimal(repr(value))) for value in sorted(set(thresholds)))])


def _forms(value: Decimal) -> str:
    whole, _, fraction = format(value, "f").partition(".")
    digits = "".join(map(str, value.as_tuple().digits)).strip("0")
    power = value.adjusted()
    plain = f"0*{whole.strip('0') if whole == '0' else whole}{_decimals(fraction)}"
    sign = "-" if power < 0 else "[+]?"
    scientific = f"{digits[0]}{_decimals(digits[1:])}[eE]{sign}0*{abs(power) or ''}"
    return f"[+]?{plain}|[+]?{scientific}"


def _decimals(fraction: str) -> str:
    kept = fraction.rstrip("0")
    return f"[.]{kept}0*" if kept else "([.]0*)?"


def nearest_bounds(bounds: Iterable[str], threshold: float) -> tuple[str | None, str | None]:
    """The bounds just below and above *threshold*, as they are written; +Inf is no useful neighbour."""
    known = sorted((bound, text) for text in bounds if (bound := parse_le(text)) is not None and math.isfinite(bound))
    below = [text for bound, text in known if bound < threshold]
    above = [text for bound, text in known if bound > threshold]
    return (below[-1] if below else None), (above[0] if above else None)


def missing_bucket_message(*, metric: str, threshold: float, bounds: Sequence[str]) -> str:
    """What to say when a classic histogram has no bucket at the threshold."""
    lower, upper = nearest_bounds(bounds, threshold)
    neighbours = " and ".join(f'le="{bound}"' for bound in (lower, upper) if bound)
    if not neighbours:
        return f"{metric} has no buckets: is it a classic histogram? Check the metric name and its labels"
    return (
        f"{metric} has no bucket at {threshold:g} s. The nearest are {neighbours}: "
        f"choose one of them as threshold, or add the bucket to the histogram"
    )


@dataclass(frozen=True, slots=True)
class NativeHistogram:
    """One sample of a native histogram: observations in all, and buckets (lower, upper, observations)."""

    count: float
    buckets: tuple[tuple[float, float, float], ...]

    def at_most(self, threshold: float) -> float:
        """Observations at or below *threshold*, interpolated inside the bucket that holds it.

        Exponentially in ordinary buckets and linearly in the zero bucket: Prometheus 3, `histogram_fraction`.
        """
        total = 0.0
        for lower, upper, count in self.buckets:
            if upper <= threshold:
                total += count
            elif lower < threshold:
                total += count * _fraction(lower, upper, threshold)
        return min(total, self.count)


def _fraction(lower: float, upper: float, threshold: float) -> float:
    if lower <= 0 or not math.isfinite(upper):
        return (threshold - lower) / (upper - lower) if math.isfinite(upper) and math.isfinite(lower) else 0.0
    return math.log(threshold / lower) / math.log(upper / lower)
