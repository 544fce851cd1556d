"""Fractions that people type as percent."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

_HUNDRED = Decimal(100)
TEXT_MAX = 24


def percent_text(fraction: Decimal) -> str:
    """0.999 as `99.9`, without an exponent or trailing zeros."""
    text = f"{fraction * _HUNDRED:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class PercentField(forms.Field):
    """A fraction typed as percent: `99.9` and `99,9 %` are Decimal 0.999. 100 % only where *is_whole_allowed*."""

    def __init__(self, *, is_whole_allowed: bool = False, **kwargs: Any) -> None:
        self.is_whole_allowed = is_whole_allowed
        attrs = {"inputmode": "decimal", "autocomplete": "off", "maxlength": TEXT_MAX}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = str(value or "")[: TEXT_MAX + 1].replace("%", "").replace(",", ".").strip()
        if not text:
            return None
        try:
            percent = Decimal(text)
        except InvalidOperation:
            raise forms.ValidationError(f"“{value}” is not a number: write percent, such as 99.9") from None
        if not percent.is_finite() or percent <= 0:
            raise forms.ValidationError("write a percentage above 0, such as 99.9")
        if percent == _HUNDRED and self.is_whole_allowed:
            return Decimal(1)
        if percent >= _HUNDRED:
            raise forms.ValidationError(
                "write a percentage below 100, such as 99.9: at 100 % there is no budget, and any error breaks it"
            )
        if percent < 1:
            raise forms.ValidationError(
                f"this field is in percent: {text} % of good events is hardly an objective;"
                f" did you mean {percent_text(percent)}?"
            )
        return percent / _HUNDRED

    def prepare_value(self, value: Any) -> Any:
        return percent_text(value) if isinstance(value, Decimal) else value
