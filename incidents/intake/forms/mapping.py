from __future__ import annotations

from django import forms

from incidents.intake.domain.refusals import RejectedError
from incidents.intake.services.bodies import load_json

BODY_LENGTH_MAX = 200_000


class BodyForm(forms.Form):
    """A body to try a mapping on."""

    sample = forms.CharField(
        required=False,
        max_length=BODY_LENGTH_MAX,
        label="A body to try it on",
        help_text="Paste what the tool sends; rejects of this integration are good ones. It is not stored.",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "code"}),
    )

    def clean_sample(self) -> object:
        text: str = self.cleaned_data["sample"].strip()
        if not text:
            return None
        try:
            return load_json(text.encode(errors="replace"))
        except RejectedError as error:
            raise forms.ValidationError(error.message) from error
