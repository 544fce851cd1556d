"""Evidence as people write it."""

from __future__ import annotations

from django import forms

from reliability.readiness.domain.bounds import TEXT_MAX, URL_MAX
from reliability.readiness.services.evidence import EvidenceDraft
from reliability.web.field_messages import needed

DATE = {"type": "date"}


class EvidenceForm(forms.Form):
    text = forms.CharField(
        label="What was done, and what came of it",
        max_length=TEXT_MAX,
        help_text="Markdown. With figures where there are any; somebody will read it in a year.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages=needed("say what was done and what came of it"),
    )
    url = forms.CharField(
        required=False,
        max_length=URL_MAX,
        label="Link",
        help_text="Where it is kept. Example: https://wiki.example.org/checkout/load-test-march",
        widget=forms.URLInput(),
    )
    happened_on = forms.DateField(
        label="On",
        help_text="The day it was done (UTC): from then on its time runs.",
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        error_messages=needed("choose the day", invalid="write a day, such as 2026-03-09"),
    )

    def draft(self) -> EvidenceDraft:
        """Of a valid form."""
        found = self.cleaned_data
        return EvidenceDraft(text=found["text"], url=found["url"], happened_on=found["happened_on"])
