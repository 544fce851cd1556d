"""Why an objective changes, and from when."""

from __future__ import annotations

from typing import Any

from django import forms

from reliability.web.field_messages import CHOICE, WHY
from slo.forms.instants import InstantField


class ChangeForm(forms.Form):
    """Reason and effective instant of an edit; `based_on` is the revision the editor saw."""

    reason = forms.CharField(
        max_length=2000,
        label="Why it changes",
        help_text="Kept with the version. Example: agreed with support on 3 March; 99.95 was never reachable",
        error_messages=WHY,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    effective = forms.ChoiceField(
        error_messages=CHOICE,
        choices=(
            ("now", "From now on: the past keeps its own objective"),
            ("past", "From an earlier instant: the numbers since then are restated"),
        ),
        initial="now",
        widget=forms.RadioSelect,
        label="In force",
    )
    effective_from = InstantField(required=False, label="From")
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            cleaned.get("effective") == "past"
            and not cleaned.get("effective_from")
            and "effective_from" not in self.errors
        ):
            self.add_error("effective_from", "write the instant from which the new definition counts")
        return cleaned
