"""What losing costs a service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.web.field_messages import chosen
from slo.models import Slo

_AMOUNT: dict[str, Any] = {
    "max_digits": 14,
    "decimal_places": 4,
    "min_value": 0,
    "required": False,
    "widget": forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
}


class RateForm(forms.Form):
    per_lost_event = forms.DecimalField(
        label="Money per lost event",
        help_text="What one failed request of an objective of this service costs. Example: 3.20 for a lost checkout.",
        **_AMOUNT,
    )
    slo = forms.ModelChoiceField(
        queryset=Slo.objects.none(),
        required=False,
        to_field_name="name",
        label="Whose events",
        empty_label="None",
        help_text="The objective whose lost events cost that: one, so that no order is counted twice.",
        error_messages=chosen("an objective of this service"),
    )
    per_minute = forms.DecimalField(
        label="Money per minute",
        help_text="What a minute of an incident costs whatever fails. Example: 40. Both are added.",
        **_AMOUNT,
    )
    currency = forms.CharField(
        min_length=3,
        max_length=3,
        label="Currency",
        help_text="Three letters. Example: EUR.",
        error_messages={
            "required": "write three letters, such as EUR",
            "min_length": "write three letters, such as EUR",
        },
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def __init__(self, *args: Any, objectives: QuerySet[Slo], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slo"].queryset = objectives  # type: ignore[attr-defined]  # of a ModelChoiceField
