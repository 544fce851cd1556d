"""How far back changes are suspected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.catalog.models import Service
from reliability.kit.durations import DurationError, parse_duration
from reliability.web.field_messages import chosen

_WORDS = "write a number and a unit, such as 24h, 90m or 3d"


class DurationField(forms.CharField):
    """24h, 90m, 3d."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_duration(text)
        except DurationError as error:
            raise forms.ValidationError(_WORDS) from error


class TeamRuleForm(forms.Form):
    window = DurationField(
        label="How far back changes are suspected",
        max_length=20,
        help_text="Of whatever began, 5 minutes to 14 days. Example: 24h. A shorter window names fewer innocents, a"
        " longer one finds leaks.",
        error_messages={"required": _WORDS},
    )
    counts_inferred = forms.BooleanField(
        required=False,
        label="The first suspect of a burn counts as a failed deployment until somebody rejects it",
        help_text="Only of burns that spent 2 % of a budget or fired an alert. Off: deployments of the team count as"
        " failed when they were rolled back, hot-fixed, named by an incident or confirmed by a person.",
    )


class ServiceWindowForm(forms.Form):
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        to_field_name="name",
        label="Service",
        empty_label="Choose one",
        error_messages=chosen("a service"),
    )
    service_window = DurationField(
        required=False,
        max_length=20,
        label="Window of its own",
        help_text="Example: 2h for what is deployed all day, 3d for what leaks slowly. Empty: as the team.",
    )

    def __init__(self, *args: Any, services: QuerySet[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField


def window_of(form: forms.Form, name: str) -> timedelta | None:
    """Of a valid form."""
    found: timedelta | None = form.cleaned_data[name]
    return found
