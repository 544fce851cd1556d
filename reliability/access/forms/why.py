"""The reason of a write, for the audit trail."""

from __future__ import annotations

from django import forms


class WhyForm(forms.Form):
    """Alone it is the form of an action that needs no more than a confirmation."""

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=500,
        help_text="Kept in the audit trail.",
    )
