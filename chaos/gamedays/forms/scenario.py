"""The form of a scenario: what is done, and what should be noticed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.experiments.models import Experiment
from chaos.gamedays.services.scenarios import ScenarioDraft
from reliability.catalog.models import Service
from reliability.web.field_messages import chosen, number

TITLE_MAX = 160
ALERT_MAX = 200
TEXT_MAX = 5_000
MINUTES_MAX = 1_440


class ScenarioForm(forms.Form):
    experiment = forms.ModelChoiceField(
        queryset=Experiment.objects.none(),
        required=False,
        label="Experiment",
        empty_label="None: people do it by hand",
        to_field_name="slug",
        help_text="One of the team's. Its guards are asked, its fault is taken back by itself.",
        error_messages=chosen("an experiment"),
    )
    title = forms.CharField(
        required=False,
        max_length=TITLE_MAX,
        label="Title",
        help_text="Blank: the name of the experiment. Example: The exchange rates answer late",
    )
    happens = forms.CharField(
        required=False,
        max_length=TEXT_MAX,
        label="What happens",
        help_text="In words, and the steps when it is done by hand. Example: pull the cable of rack 3; plug it back.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Service",
        empty_label="That of the experiment",
        to_field_name="name",
        help_text="Whose objectives the room watches.",
        error_messages=chosen("a service"),
    )
    expected_minutes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MINUTES_MAX,
        label="Noticed within, minutes",
        help_text="Blank: nobody is expected to notice. Example: 5",
        error_messages=number("write whole minutes, such as 5, or nothing", low=1, high=MINUTES_MAX),
    )
    expected_alert = forms.CharField(
        required=False,
        max_length=ALERT_MAX,
        label="By which alert",
        help_text="The alert or the dashboard that should tell. Example: burn rate of rates-fast",
    )
    expected_response = forms.CharField(
        required=False,
        max_length=TEXT_MAX,
        label="What people should do",
        help_text="Example: switch the shop to yesterday's rates, as the runbook says.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, experiments: QuerySet[Experiment], services: QuerySet[Service], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["experiment"].queryset = experiments  # type: ignore[attr-defined]  # of a ModelChoiceField
        self.fields["service"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("title") and "title" not in self.errors:
            if data.get("experiment") is None:
                self.add_error("title", "write a title, or choose an experiment that brings one")
            else:
                data["title"] = data["experiment"].title[:TITLE_MAX]
        return data

    def draft(self) -> ScenarioDraft:
        """Of a valid form."""
        data = self.cleaned_data
        return ScenarioDraft(
            title=data["title"],
            happens=data["happens"],
            experiment=data["experiment"].slug if data["experiment"] else "",
            service=data["service"].name if data["service"] else "",
            expected_alert=data["expected_alert"],
            expected_minutes=data["expected_minutes"],
            expected_response=data["expected_response"],
        )
