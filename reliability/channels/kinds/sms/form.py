from __future__ import annotations

import re

from django import forms

from reliability.channels.kinds.form import KindForm
from reliability.web.field_messages import needed

_NUMBER = re.compile(r"\+[1-9]\d{6,14}\Z")
_DECORATION = re.compile(r"[\s().\-/]")


class SmsForm(KindForm):
    """A number as E.164 writes it."""

    number = forms.CharField(
        label="Phone number",
        max_length=40,
        help_text="With the country in front: +49 170 1234567",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages=needed("write a phone number with its country, such as +49 170 1234567"),
    )

    def clean_number(self) -> str:
        number = _DECORATION.sub("", str(self.cleaned_data["number"]))
        if not _NUMBER.match(number):
            raise forms.ValidationError("must begin with + and the country's number: +49 170 1234567")
        return number
