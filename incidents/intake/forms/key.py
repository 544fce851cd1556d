from __future__ import annotations

from datetime import timedelta

from django import forms

from reliability.access.forms.why import WhyForm
from reliability.web.field_messages import CHOICE

OVERLAPS = ((0, "not at all: it may have leaked"), (1, "1 hour"), (24, "1 day"), (168, "7 days"), (720, "30 days"))


class RotationForm(WhyForm):
    field_order = ("overlap_hours", "reason")

    overlap_hours = forms.TypedChoiceField(
        label="The former key stays valid for",
        choices=[(str(hours), words) for hours, words in OVERLAPS],
        coerce=int,
        initial="24",
        error_messages=CHOICE,
    )

    def overlap(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["overlap_hours"])
