"""Changes of an incident as a whole, one form each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from incidents.response.domain.phases import CloseReason
from incidents.response.domain.severity import Severity
from incidents.response.models import Alert, Incident
from reliability.web.field_messages import needed
from reliability.web.fields import InstantField

CLOSE_REASONS = (
    (CloseReason.REAL.value, "Real: users were affected, or would have been"),
    (CloseReason.DUPLICATE.value, "Duplicate: another incident was about the same"),
    (CloseReason.FALSE_POSITIVE.value, "False positive: nothing was wrong"),
)


def _words(*, label: str = "Why", required: bool = False, help_text: str = "Kept in the timeline.") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=2000, help_text=help_text, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReasonForm(forms.Form):
    """A change that may say why."""

    reason = _words()


class SeverityForm(forms.Form):
    severity = forms.TypedChoiceField(
        label="Severity",
        coerce=int,
        choices=[(one.value, f"{one.word}: {one.definition}") for one in Severity],
        widget=forms.RadioSelect,
        error_messages={"required": "choose how bad it is", "invalid_choice": "choose one of Sev1 to Sev5"},
    )
    reason = _words()


class CloseForm(forms.Form):
    close_reason = forms.ChoiceField(
        label="It was",
        choices=CLOSE_REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "choose what it was: figures count only what was real"},
    )
    reason = _words(label="Words")


class EditForm(forms.Form):
    """Title and summary; `revision` is the one that was read."""

    title = forms.CharField(max_length=200, label="Title", error_messages={"required": "write what users notice"})
    summary = forms.CharField(
        required=False, label="Summary", max_length=10_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    revision = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=needed("open the incident again: this page does not say which state of it was edited"),
    )


class MergeForm(forms.Form):
    """Into which other incident this one goes."""

    into = forms.TypedChoiceField(
        label="Into",
        coerce=int,
        error_messages={"required": "choose the incident that stays", "invalid_choice": "choose an open incident"},
        help_text="Its number stays; alerts, people and objectives of this one go there.",
    )
    reason = _words()

    def __init__(self, *args: Any, others: Sequence[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose…"), *((str(one.pk), f"#{one.pk} {one.title}") for one in others)]
        self.fields["into"].choices = choices  # type: ignore[attr-defined]  # of a ChoiceField


class SplitForm(forms.Form):
    """Which alerts become an incident of their own."""

    alerts = forms.TypedMultipleChoiceField(
        label="Alerts",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "choose the alerts that are about something else"},
    )
    title = forms.CharField(
        max_length=200, label="Title of the new incident", error_messages={"required": "write what users notice"}
    )

    def __init__(self, *args: Any, alerts: Sequence[Alert], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), f"{one.title} ({one.origin_name}, {one.status})") for one in alerts]
        self.fields["alerts"].choices = choices  # type: ignore[attr-defined]  # of a ChoiceField


class MilestoneForm(forms.Form):
    """An instant, moved by hand; empty clears it."""

    at = InstantField(label="At", required=False, help_text="Leave it empty to say that it has not happened.")
    reason = _words(help_text="Kept in the history of the milestone.")
