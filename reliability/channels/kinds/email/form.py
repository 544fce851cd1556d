from __future__ import annotations

from django import forms

from reliability.channels.kinds.form import KindForm
from reliability.web.field_messages import EMAIL


class EmailForm(KindForm):
    """One address: a mail server answers for each on its own, and so does a channel."""

    address = forms.EmailField(
        label="Address",
        max_length=254,
        help_text="One address. Several people: use a mailing list, or add them to the escalation policy.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages=EMAIL,
    )
