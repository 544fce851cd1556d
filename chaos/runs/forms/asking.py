"""Asking for a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from chaos.runs.domain.states import Mode
from reliability.web.fields import InstantField

NOW, LATER = "now", "later"


class RunForm(forms.Form):
    mode = forms.ChoiceField(
        label="How",
        choices=[
            (Mode.REAL.value, "For real: faults are put in place, and taken back"),
            (Mode.DRY.value, "Dry: nothing is called, injected or probed"),
        ],
        widget=forms.RadioSelect,
    )
    when = forms.ChoiceField(
        label="When", choices=[(NOW, "Now"), (LATER, "Later, at the instant below")], widget=forms.RadioSelect
    )
    not_before = InstantField(required=False, label="Not before")
    not_after = InstantField(
        required=False, label="Give up if it has not begun by", help_text="Blank: an hour after it was to begin."
    )
    reason = forms.CharField(
        required=False,
        max_length=300,
        label="Why",
        help_text="Who is told of the run reads it. Example: the new time-out of checkout is live since Monday.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("when") == LATER and not data.get("not_before") and "not_before" not in self.errors:
            self.add_error("not_before", "say when, or choose now")
        return data

    def begins_at(self, *, now: datetime) -> datetime:
        """Of a valid form."""
        if self.cleaned_data["when"] == NOW:
            return now
        wanted: datetime = self.cleaned_data["not_before"]
        return wanted

    @property
    def mode_chosen(self) -> Mode:
        return Mode(self.cleaned_data["mode"])
