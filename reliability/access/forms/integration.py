"""What the forms of integrations have in common, whatever comes in: whose it is, its names, its keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.forms.why import WhyForm
from reliability.access.models import Team
from reliability.web.field_messages import CHOICE, chosen, needed

OVERLAPS = ((0, "not at all: it may have leaked"), (1, "1 hour"), (24, "1 day"), (168, "7 days"), (720, "30 days"))


def title_field(*, example: str, other: str) -> forms.CharField:
    """*example* stands below the field, *other* in the words for those who left it empty."""
    return forms.CharField(
        max_length=120,
        label="Title",
        help_text=f"As people say it. Example: {example}",
        error_messages=needed(f"write a title, such as {other}"),
    )


def name_field(*, help_text: str, example: str) -> forms.CharField:
    return forms.CharField(
        max_length=63,
        label="Name",
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
        error_messages=needed(f"write a name, such as {example}"),
    )


def owner_field(*, help_text: str) -> forms.ModelChoiceField[Team]:
    return forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        label="Owner",
        empty_label="Choose the team",
        help_text=help_text,
        error_messages=chosen("the team that owns it"),
    )


class NamedForm(forms.Form):
    """Rooms add title, name and team by the functions above; name and team stay as they are from the first save on."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why", required=False, max_length=500, help_text="Optional; kept in the audit trail."
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], is_made: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = teams
        if is_made:
            for name in ("name", "team"):
                self.fields[name].disabled = True


class RotationForm(WhyForm):
    field_order = ("overlap_hours", "reason")

    overlap_hours = forms.TypedChoiceField(
        label="The former key stays valid for",
        choices=[(str(hours), words) for hours, words in OVERLAPS],
        coerce=int,
        initial="24",
        error_messages=CHOICE,
    )

    def overlap(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["overlap_hours"])
