"""A team's own words for an audience and a kind of event."""

from __future__ import annotations

from typing import Any

from django import forms

from incidents.stakeholders.domain import bounds
from incidents.stakeholders.domain.wording import mistakes_of
from reliability.web.field_messages import needed


class WordingForm(forms.Form):
    subject = forms.CharField(
        max_length=bounds.SUBJECT_MAX,
        label="Subject",
        help_text="One line. Example: {severity}: {service} affected",
        error_messages=needed("write the subject"),
    )
    text = forms.CharField(
        max_length=bounds.TEXT_MAX,
        label="Text",
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text="Plain text. A line whose placeholders are all empty is left out.",
        error_messages=needed("write what they are told"),
    )
    is_automatic = forms.BooleanField(
        required=False,
        label="Tell them by itself, without anybody composing it",
        help_text="At each one's hour, to everybody of the audience to whom it matters.",
    )
    incident = forms.IntegerField(
        required=False, min_value=1, max_value=2**31, label="Preview on incident", help_text="Its number. Example: 12."
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def _checked(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        mistakes = mistakes_of(text)
        if mistakes:
            raise forms.ValidationError(mistakes)
        return text

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_text(self) -> str:
        return self._checked("text")

    def values(self) -> dict[str, Any]:
        """Of a valid form."""
        return {name: self.cleaned_data[name] for name in ("subject", "text", "is_automatic")}
