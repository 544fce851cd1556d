"""A ratio in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reliability.measures.counts import title_of
from reliability.measures.domain.amounts import Amount
from reliability.measures.domain.ratios import Kind, Measured, Ratio
from reliability.web.words import number_text

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class RatioRow:
    """value: blank where it is undefined, and then why says why."""

    kind: Kind
    value: str
    unit: str
    above: str
    below: str
    why: str


def row_of(measured: Measured) -> RatioRow:
    return _row(measured.kind, measured.whole)


def _row(kind: Kind, ratio: Ratio) -> RatioRow:
    return RatioRow(
        kind=kind,
        value=value_text(ratio.value),
        unit=" ".join(part for part in (ratio.unit, kind.unit) if part),
        above=_amount(kind.numerator, ratio.above),
        below=_amount(kind.denominator, ratio.below),
        why=ratio.why.words,
    )


def value_text(value: Fraction | None) -> str:
    """Four digits that tell something: 0.003217, 12.5, 1,204."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    number = Decimal(value.numerator) / Decimal(value.denominator)
    places = max(_DIGITS - 1 - number.adjusted(), 0)
    # Formatting rounds numbers of any length; quantizing would refuse those beyond 28 digits.
    text = f"{number:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount(name: str, amount: Amount) -> str:
    words = title_of(name)
    if amount.value is None:
        return f"{words}: not known"
    unit = next(iter(amount.units), "")
    text = value_text(amount.value) if amount.value < 1 else number_text(round(float(amount.value), 2))
    return f"{words}: {text} {unit}".rstrip() + f", n = {amount.n:,}"
