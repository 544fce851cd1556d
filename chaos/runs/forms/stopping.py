"""Why everything is stopped, or let go again."""

from __future__ import annotations

from django import forms

from reliability.web.field_messages import WHY


class StopForm(forms.Form):
    """Everybody reads it in the banner."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        error_messages=WHY,
        help_text="Everybody reads it in the banner. Example: payments are down, nobody needs more trouble.",
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
