"""Toil, written down in half a minute."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.duties.domain.toil import CAPACITY_MAX, HOURS_MAX, HOURS_MIN, WHAT_MAX, Category
from reliability.duties.services.toil import ToilDraft
from reliability.web.field_messages import CHOICE, chosen, needed, number


class ToilForm(forms.Form):
    """A new entry (with its team), or a correction (with its revision)."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label="Team",
        to_field_name="slug",
        empty_label=None,
        error_messages=chosen("a team"),
    )
    hours = forms.DecimalField(
        label="Hours",
        min_value=HOURS_MIN,
        max_value=HOURS_MAX,
        max_digits=6,
        decimal_places=2,
        help_text="Of everybody together. Example: 1.5.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        error_messages={
            **number("write a number of hours, such as 1.5"),
            "min_value": f"write at least {HOURS_MIN}",
            "max_value": f"write at most {HOURS_MAX}",
            "max_decimal_places": "write at most two decimals",
            "max_whole_digits": f"write at most {HOURS_MAX}",
            "max_digits": f"write at most {HOURS_MAX}",
        },
    )
    category = forms.ChoiceField(
        label="Category", choices=[(one.value, one.words.capitalize()) for one in Category], error_messages=CHOICE
    )
    day = forms.DateField(
        label="Day",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "choose the day", "invalid": "write a day, such as 2026-03-31"},
    )
    service_id = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Service",
        empty_label="None",
        error_messages=chosen("a service"),
    )
    what = forms.CharField(
        max_length=WHAT_MAX,
        label="What",
        help_text="Example: restarted the importer by hand after the nightly run.",
        error_messages=needed("say in a few words what it was"),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, services: QuerySet[Service], teams: QuerySet[Team] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service_id"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField
        if teams is None:
            del self.fields["team"]
        else:
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # as above

    def draft(self) -> ToilDraft:
        """Of a valid form."""
        data = self.cleaned_data
        service = data["service_id"]
        return ToilDraft(data["what"], data["hours"], data["category"], data["day"], service.pk if service else None)


class CapacityForm(forms.Form):
    hours_per_week = forms.DecimalField(
        required=False,
        label="Hours a week that the team works",
        min_value=Decimal(1),
        max_value=CAPACITY_MAX,
        max_digits=8,
        decimal_places=2,
        help_text="Of everybody together. Example: 152 for four people. Empty: 40 h for each member of the team.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        error_messages={"invalid": "write a number of hours, such as 152", "min_value": "write at least 1"},
    )
