"""The report by mail: when, and to whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.channels.models import Channel
from reliability.reports.domain.sending import DAYS, HOURS
from reliability.reports.models import Subscription
from reliability.reports.services.subscriptions import SubscriptionDraft
from reliability.web.field_messages import CHOICE, chosen, number
from reliability.web.zones import zone_names


class SubscriptionForm(forms.Form):
    months = forms.TypedChoiceField(
        label="A report of each",
        choices=((1, "month"), (3, "quarter")),
        coerce=int,
        initial=1,
        error_messages=CHOICE,
    )
    day = forms.IntegerField(
        label="Day of the month after it",
        initial=1,
        min_value=DAYS[0],
        max_value=DAYS[1],
        help_text="1 to 28. Example: 1, the morning after the month is over.",
        error_messages=number("write a day of the month", low=DAYS[0], high=DAYS[1]),
    )
    hour = forms.IntegerField(
        label="Hour",
        initial=8,
        min_value=HOURS[0],
        max_value=HOURS[1],
        help_text="0 to 23, on the clock of the time zone. Example: 8.",
        error_messages=number("write an hour", low=HOURS[0], high=HOURS[1]),
    )
    zone = forms.ChoiceField(
        label="Time zone",
        help_text="Of the hour, and of the month that it reports. Example: Europe/Berlin.",
        error_messages=CHOICE,
    )
    to_members = forms.BooleanField(required=False, initial=True, label="Every member of the team")
    channels = forms.ModelMultipleChoiceField(
        queryset=Channel.objects.none(),
        required=False,
        label="Channels",
        widget=forms.CheckboxSelectMultiple,
        help_text="Mail channels of the team, such as a mailing list.",
        error_messages=chosen("channels of the team"),
    )
    is_paused = forms.BooleanField(
        required=False, label="Paused", help_text="Nothing is sent, and what was sent stays."
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, channels: QuerySet[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_channels = channels.exists()
        self.fields["channels"].queryset = channels  # type: ignore[attr-defined]  # of a ModelMultipleChoiceField
        stored = str(self.initial.get("zone") or "UTC")
        names = (*(() if stored in zone_names() else (stored,)), *zone_names())
        self.fields["zone"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]  # of a ChoiceField

    def draft(self) -> SubscriptionDraft:
        """Of a valid form."""
        data = self.cleaned_data
        names = ("months", "day", "hour", "zone", "to_members", "is_paused")
        return SubscriptionDraft(
            **{name: data[name] for name in names}, channel_ids=tuple(one.pk for one in data["channels"])
        )


def initial_of(row: Subscription) -> dict[str, Any]:
    """What the form shows of a stored one."""
    names = ("months", "day", "hour", "zone", "to_members", "is_paused", "revision")
    return {**{name: getattr(row, name) for name in names}, "channels": [one.pk for one in row.channels.all()]}
