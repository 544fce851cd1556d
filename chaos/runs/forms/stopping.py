"""Why everything is stopped, or let go again."""

from __future__ import annotations

from typing import Any

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


class LiftForm(StopForm):
    """The banner goes; the reason stays in the audit trail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "Kept with the stop in the audit trail. Example: payments are up again."
