"""How much of the past to read."""

from __future__ import annotations

from django import forms


class BackfillForm(forms.Form):
    """Days of history, counted back from now."""

    prefix = "backfill"

    days = forms.IntegerField(
        label="Days to read",
        min_value=1,
        max_value=400,
        initial=30,
        help_text="Newest first. Minutes already stored are read again and replaced by the same numbers.",
    )
