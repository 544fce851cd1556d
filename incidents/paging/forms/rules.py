"""How a person wants to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from incidents.paging.domain.urgency import Urgency
from reliability.channels.models import ContactMethod
from reliability.web.field_messages import CHOICE

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class RuleForm(forms.Form):
    """One more rule: urgency, contact method, delay."""

    urgency = forms.ChoiceField(
        label="When it is",
        choices=[(Urgency.URGENT.value, "Urgent"), (Urgency.NORMAL.value, "Normal")],
        error_messages=CHOICE,
    )
    contact_method = forms.ModelChoiceField(
        queryset=ContactMethod.objects.none(),
        label="tell me by",
        empty_label=None,
        error_messages={"required": "choose a contact method", "invalid_choice": "choose one of your own"},
    )
    delay_minutes = forms.IntegerField(
        min_value=0,
        initial=0,
        label="after minutes",
        error_messages={"required": "write minutes, 0 for at once", "invalid": "write whole minutes, 0 for at once"},
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, methods: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["contact_method"]
        field.queryset = methods  # type: ignore[attr-defined]  # a ModelChoiceField's property
        field.label_from_instance = lambda method: method.title  # type: ignore[attr-defined]  # as above
        self.fields["delay_minutes"].widget.attrs["max"] = settings.NOTIFICATION_DELAY_MINUTES_MAX


class QuietHoursForm(forms.Form):
    """From, until, on which days they begin."""

    start = forms.TimeField(
        label="From",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "write a time, such as 22:00", "invalid": "write a time, such as 22:00"},
    )
    end = forms.TimeField(
        label="until",
        help_text="At or before the start: on the next day.",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "write a time, such as 07:00", "invalid": "write a time, such as 07:00"},
    )
    weekdays = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        label="On days",
        help_text="On which they begin. None chosen: every day.",
        choices=[(str(index), name) for index, name in enumerate(WEEKDAYS)],
        widget=forms.CheckboxSelectMultiple,
    )
