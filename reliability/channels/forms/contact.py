"""Contact methods of the signed-in person; the kind brings the rest of the form."""

from __future__ import annotations

from django import forms


class ContactForm(forms.Form):
    title = forms.CharField(
        required=False, max_length=120, label="Title", help_text="To tell yours apart. Example: Work phone"
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=20,
        help_text="The six digits that arrived.",
        error_messages={"required": "enter the six digits that arrived"},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True, "placeholder": "000000"}
        ),
    )
