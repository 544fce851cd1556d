"""The objective of an SLO: a decimal share of good events, strictly between 0 and 1."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

DIGITS_MAX = 12  # places after the point that are stored: 0.999999999999 allows one bad event in 10^12
_PERCENT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*\Z")


class ObjectiveError(ValueError):
    """A value that is no objective; `reason` is a slug, the message says what to write."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def parse_objective(value: str | Decimal | float | int, *, name: str = "objective") -> Decimal:
    """The value as an exact Decimal with 0 < value < 1, at most twelve places after the point.

    A float is read by its shortest notation: 0.999 is 999/1000. *name* is how messages call the value.
    Raises ObjectiveError for 0, 1, percentages (with the ratio that was probably meant), NaN and text.
    """
    number = _to_decimal(value, name)
    if not number.is_finite():
        raise ObjectiveError("objective_not_finite", f"{name} must be a number between 0 and 1, got {value}")
    if number == 1:
        raise ObjectiveError(
            "objective_is_one",
            f"{name} must be below 1: a target of 100 % leaves no error budget; write 0.9999 or another ratio below 1",
        )
    if not 0 < number < 1:
        raise ObjectiveError(
            "objective_out_of_range", f"{name} must be between 0 and 1, got {_plain(number)}{_hint(number)}"
        )
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > DIGITS_MAX:
        raise ObjectiveError(
            "objective_too_precise",
            f"{name} may have at most {DIGITS_MAX} digits after the point, got {_plain(number)}",
        )
    return number.normalize()


def budget_of(objective: Decimal) -> Decimal:
    """The error budget B = 1 − T: the share of events that may be bad."""
    return 1 - objective


def _to_decimal(value: str | Decimal | float, name: str) -> Decimal:
    if isinstance(value, bool):
        raise ObjectiveError("objective_not_a_number", f"{name} must be a number between 0 and 1, got {value}")
    if isinstance(value, Decimal):
        return value
    text = str(value).strip()
    if len(text) > 40:
        raise ObjectiveError("objective_not_a_number", f"{name} must be a number of at most 40 characters")
    if percent := _PERCENT.match(text):
        number = Decimal(percent.group(1))
        raise ObjectiveError(
            "objective_out_of_range", f"{name} must be a ratio between 0 and 1, got {text}{_hint(number)}"
        )
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ObjectiveError(
            "objective_not_a_number", f"{name} must be a number between 0 and 1, such as 0.999, got {value!r}"
        ) from None


def _hint(number: Decimal) -> str:
    return f": did you mean {_plain(number / 100)}?" if 1 < number < 100 else ""


def _plain(number: Decimal) -> str:
    if number.adjusted() > 30:
        return f"{number:.3e}"
    return f"{number.normalize():f}"
