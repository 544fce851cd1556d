"""The forms of overrides and swaps. Times are those of the page's zone."""

from __future__ import annotations

from typing import Any

from django import forms

from reliability.access.models import User
from reliability.web.field_messages import chosen, needed
from reliability.web.fields import InstantField


class _PeriodForm(forms.Form):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for start, end in (("start", "end"), ("counter_start", "counter_end")):
            if cleaned.get(start) and cleaned.get(end) and cleaned[end] <= cleaned[start]:
                self.add_error(end, "must be later than the start")
            elif (start in self.fields and bool(cleaned.get(start)) is not bool(cleaned.get(end))) and not (
                self.has_error(start) or self.has_error(end)
            ):
                self.add_error(end, "give both, or neither")
        return cleaned


class OverrideForm(_PeriodForm):
    start = InstantField(label="From", error_messages=needed("write from when, such as 2026-03-02 12:00"))
    end = InstantField(
        label="Until",
        help_text="From then on the schedule goes on as before.",
        error_messages=needed("write until when, such as 2026-03-02 14:00"),
    )
    user = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="On call is",
        empty_label="choose a person",
        error_messages=chosen("who is on call"),
    )
    replaces = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Only instead of",
        empty_label="whoever it would be",
        help_text="Narrows it to the shifts of one person.",
    )
    reason = forms.CharField(required=False, max_length=2_000, label="Why", help_text="Example: holiday, dentist")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("user", "replaces"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]  # a ModelChoiceField


class SwapForm(_PeriodForm):
    start = InstantField(label="I give away, from", error_messages=needed("write from when, such as 2026-03-02 12:00"))
    end = InstantField(label="Until", error_messages=needed("write until when, such as 2026-03-02 14:00"))
    offered_to = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, label="To", empty_label="anybody of the team"
    )
    counter_start = InstantField(required=False, label="In return I take their time, from")
    counter_end = InstantField(required=False, label="Until ")
    note = forms.CharField(required=False, max_length=2_000, label="Note", help_text="Example: my sister marries")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offered_to"].queryset = people  # type: ignore[attr-defined]  # a ModelChoiceField
