"""How often a disaster recovery trial is repeated, and who is reminded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.backlog.domain.trials import EVERY_MAX, REMIND_DAYS_MAX, Unit
from chaos.experiments.models import Experiment
from reliability.access.models import User
from reliability.channels.models import Channel
from reliability.web.field_messages import chosen, number
from reliability.web.fields import InstantField

_GONE = {"invalid_choice": "%(value)s is gone from the list: choose again", "invalid_list": "choose from the list"}


class ChooseTrialForm(forms.Form):
    """Which one is to be repeated."""

    experiment = forms.ModelChoiceField(
        queryset=Experiment.objects.none(),
        label="Experiment",
        to_field_name="slug",
        empty_label=None,
        help_text="Of the kind “disaster recovery trial”.",
        error_messages=chosen("an experiment"),
    )

    def __init__(self, *args: Any, experiments: QuerySet[Experiment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["experiment"].queryset = experiments  # type: ignore[attr-defined]  # of a ModelChoiceField


class TrialForm(forms.Form):
    every_count = forms.IntegerField(
        label="Every",
        initial=6,
        min_value=1,
        max_value=max(EVERY_MAX.values()),
        help_text="Reckoned from the last real run that held. Example: 6 months.",
        error_messages=number("write a whole number", low=1, high=max(EVERY_MAX.values())),
    )
    every_unit = forms.ChoiceField(
        label="Unit", choices=[(one.value, f"{one.value}s") for one in Unit], initial=Unit.MONTH.value
    )
    first_due_at = InstantField(
        label="First due",
        help_text="Until a run has held, it is due then.",
        error_messages={"required": "say when it is due for the first time"},
    )
    remind_days = forms.IntegerField(
        label="Remind, days before",
        initial=14,
        min_value=0,
        max_value=REMIND_DAYS_MAX,
        help_text="0: only once it is due. While it is overdue, each week.",
        error_messages=number("write whole days", low=0, high=REMIND_DAYS_MAX),
    )
    is_enabled = forms.BooleanField(
        required=False, initial=True, label="Remind people", help_text="Off: it is not due, and nobody is told."
    )
    channels = forms.ModelMultipleChoiceField(
        queryset=Channel.objects.none(),
        to_field_name="name",
        required=False,
        label="Channels that are told",
        help_text="Of the team.",
        widget=forms.CheckboxSelectMultiple,
        error_messages=_GONE,
    )
    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        to_field_name="email",
        required=False,
        label="People who are told",
        help_text="Members of the team, by the first way to reach each.",
        widget=forms.CheckboxSelectMultiple,
        error_messages=_GONE,
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, channels: QuerySet[Channel], people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].queryset = channels  # type: ignore[attr-defined]  # of a ModelMultipleChoiceField
        self.fields["people"].queryset = people  # type: ignore[attr-defined]  # of a ModelMultipleChoiceField
        self.fields["people"].label_from_instance = _person  # type: ignore[attr-defined]  # as above

    def values(self) -> dict[str, Any]:
        """Of a valid form: fields of a trial."""
        names = ("every_count", "every_unit", "first_due_at", "remind_days", "is_enabled")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def channel_names(self) -> list[str]:
        return [one.name for one in self.cleaned_data["channels"]]

    @property
    def addresses(self) -> list[str]:
        return [one.email for one in self.cleaned_data["people"]]


def _person(person: User) -> str:
    return f"{person.name} ({person.email})"
