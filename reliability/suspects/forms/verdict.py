"""What somebody thinks of a suspect."""

from __future__ import annotations

from django import forms

from reliability.suspects.domain.kinds import VerdictState
from reliability.suspects.services.verdicts import REASON_MAX


class VerdictForm(forms.Form):
    """state: which button was pressed. Each suspect of a page has its own."""

    state = forms.ChoiceField(
        choices=[(one.value, one.value) for one in VerdictState],
        error_messages={"required": "confirm or reject it", "invalid_choice": "confirm or reject it"},
    )
    reason = forms.CharField(
        required=False,
        max_length=REASON_MAX,
        label="Why",
        help_text="Needed to reject. Example: rolled back at 12:10, and it burnt on.",
    )
