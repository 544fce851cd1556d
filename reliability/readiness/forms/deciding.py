"""Decisions: waiving an item, reviewing a service, taking evidence back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django import forms

from reliability.readiness.domain.bounds import REASON_MAX, REVIEW_DAYS_MAX
from reliability.readiness.domain.standing import Verdict
from reliability.readiness.forms.evidence import DATE
from reliability.web.field_messages import CHOICE, WHY, needed, number

_WORDS = {
    Verdict.READY: "Ready: everything that is required is met",
    Verdict.READY_WITH_EXCEPTIONS: "Ready with exceptions: it may go, and the reason says why what is missing may wait",
    Verdict.NOT_READY: "Not ready: the reason says what has to come first",
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=REASON_MAX,
        help_text="Stands in its history. Example: “The test ran against staging with an empty database.”",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=WHY,
    )


class WaiverForm(forms.Form):
    reason = forms.CharField(
        label="Why it may wait",
        max_length=REASON_MAX,
        help_text="Example: “Internal pilot with 20 users; the load test follows before the launch on 1 June.”",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=WHY,
    )
    until = forms.DateField(
        label="Until",
        help_text="The last day on which it is let off (UTC). You are reminded before.",
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        error_messages=needed("choose the day", invalid="write a day, such as 2026-03-09"),
    )

    def until_at(self) -> datetime:
        """Of a valid form: the midnight that ends the day."""
        return ends_at(self.cleaned_data["until"])


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        label="Decision",
        choices=[(one.value, words) for one, words in _WORDS.items()],
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    reason = forms.CharField(
        label="Why",
        max_length=REASON_MAX,
        help_text="What it rests on. Example: “Load test and rollback seen; the game day of May showed two gaps, both "
        "mended.”",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages=WHY,
    )
    good_days = forms.IntegerField(
        label="Good for, days",
        min_value=1,
        max_value=REVIEW_DAYS_MAX,
        help_text="Then it expires, and you are reminded before.",
        error_messages=number("write whole days", low=1, high=REVIEW_DAYS_MAX),
    )


def ends_at(day: date) -> datetime:
    """The midnight UTC that ends *day*; the last one there is for a day beyond the calendar."""
    return datetime.combine(min(day, date(2999, 12, 30)), time(), UTC) + timedelta(days=1)
