"""When a team is reminded of its actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.actions.domain.reminders import ESCALATE_DAYS, ESCALATIONS, REMIND_DAYS, WEEKLY, Habits
from reliability.channels.models import Channel
from reliability.web.field_messages import chosen, number


def _count(label: str, bounds: tuple[int, int], help_text: str) -> forms.IntegerField:
    low, high = bounds
    return forms.IntegerField(
        min_value=low,
        max_value=high,
        label=label,
        help_text=help_text,
        error_messages=number(f"write a whole number from {low} to {high}", low=low, high=high),
    )


class SettingsForm(forms.Form):
    remind_days = _count(
        "Days before the due date", REMIND_DAYS, "The owner is told once, so long before. 0: not before. Example: 3"
    )
    weekly_max = _count(
        "Weekly reminders after it",
        WEEKLY,
        "To the owner, one each week while it is overdue, so many at most. Example: 4",
    )
    escalate_days = _count(
        "Overdue days until the team is told", ESCALATE_DAYS, "Then the place below hears of it, too. Example: 7"
    )
    escalations_max = _count(
        "Messages to the team", ESCALATIONS, "One each week, so many at most for one action. 0: never. Example: 3"
    )
    channel = forms.ModelChoiceField(
        queryset=Channel.objects.none(),
        required=False,
        label="Where the team is told",
        empty_label="Its administrators, each by their first way",
        to_field_name="name",
        help_text="Also of actions that nobody owns.",
        error_messages=chosen("a channel"),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, channels: QuerySet[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]  # of a ModelChoiceField

    @property
    def habits(self) -> Habits:
        names = ("remind_days", "weekly_max", "escalate_days", "escalations_max")
        return Habits(**{name: self.cleaned_data[name] for name in names})
