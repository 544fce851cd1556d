"""Percentages and plain numbers as a person reads them: one rounding wherever a share is shown."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

NO_DATA = "no data"
MINUS = "−"
DECIMALS_MAX = 7


def share_text(share: float) -> str:
    """A share of one as a percentage: 0.4646 is 46.5 %."""
    return percent_text(Decimal(repr(share)) * 100)


def percent_text(percent: Decimal | None) -> str:
    """A percentage with the digits that matter: 99.95 %, 99.999 %, 71.3 %, 0.042 %, −23.4 %.

    Near 100 two digits of what is missing are kept, and only exactly 100 reads 100.
    """
    if percent is None:
        return NO_DATA
    missing = 100 - percent
    if 0 < missing < 10:
        places = _places_for(missing)
        rounded = round_to(percent, places)
        if rounded >= 100:
            rounded = percent.quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR)
    else:
        rounded = round_to(percent, _places_for(abs(percent)) if percent else 0)
    return f"{plain(rounded)} %"


def _places_for(size: Decimal) -> int:
    """Decimal places that keep two significant digits of *size*, at least one and at most DECIMALS_MAX."""
    return max(1, min(DECIMALS_MAX, 1 - size.adjusted()))


def round_to(number: Decimal, places: int) -> Decimal:
    if abs(number) >= Decimal(10) ** 20:
        return number
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def plain(number: Decimal) -> str:
    """Without an exponent or trailing zeros, thousands apart, with a true minus sign."""
    text = f"{number:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in {"-0", ""}:
        text = "0"
    return text.replace("-", MINUS)
