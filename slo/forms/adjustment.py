"""Corrections of the budget by a person."""

from __future__ import annotations

from django import forms

from reliability.web.field_messages import CHOICE, WHY, needed, number
from slo.forms.instants import InstantField

_DIGITS = "write at most four digits before the point and four behind it"


class AdjustmentForm(forms.Form):
    """A share of the whole budget, given back or spent, at one instant."""

    prefix = "adjustment"

    at = InstantField(
        label="At",
        help_text="Counts in every window that holds this instant.",
        error_messages=needed("write the instant from which it counts"),
    )
    direction = forms.ChoiceField(
        error_messages=CHOICE,
        label="Effect",
        choices=(("return", "Give budget back"), ("spend", "Spend budget")),
        initial="return",
    )
    percent = forms.DecimalField(
        label="Percent of the whole budget",
        min_value=0,
        max_value=1000,
        decimal_places=4,
        max_digits=8,
        help_text="Example: 12.5",
        error_messages=number("write a percentage of the budget, such as 12.5", low=0, high=1000)
        | {"max_digits": _DIGITS, "max_whole_digits": _DIGITS, "max_decimal_places": _DIGITS},
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    reason = forms.CharField(
        max_length=2000,
        label="Reason",
        help_text="Example: load test of 4 March counted as user traffic",
        error_messages=WHY,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_percent(self) -> object:
        percent = self.cleaned_data["percent"]
        if percent == 0:
            raise forms.ValidationError("an adjustment of 0 changes nothing")
        return percent

    def consumed_delta(self) -> float:
        """Fraction of the budget: positive spends, negative returns. Only on a valid form."""
        fraction = float(self.cleaned_data["percent"]) / 100
        return fraction if self.cleaned_data["direction"] == "spend" else -fraction
