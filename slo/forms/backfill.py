"""How much of the past to read."""

from __future__ import annotations

from typing import Any

from django import forms

from reliability.web.field_messages import number


class BackfillForm(forms.Form):
    """Days of history, counted back from now."""

    prefix = "backfill"

    days = forms.IntegerField(
        label="Days to read",
        min_value=1,
        max_value=400,
        initial=30,
        error_messages=number("write how many days, such as 30", low=1, high=400),
        help_text="Newest first. Minutes already stored are read again and replaced by the same numbers.",
    )
    restate = forms.BooleanField(
        label="Measure all of it by the present definition",
        required=False,
        help_text="Otherwise each minute is measured as the indicator was defined then.",
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=2000,
        help_text="Needed to measure the past anew. It is kept in the audit log.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("restate") and not cleaned.get("reason"):
            self.add_error("reason", "say why the past is to be measured by the present definition")
        return cleaned
