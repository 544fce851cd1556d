"""What narrows the lists; a value nobody offers narrows nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.intake.models import Monitor
from incidents.intake.sources.registry import KINDS
from reliability.access.models import Team

_TEXT = {"attrs": {"type": "search"}}


class ListFilterForm(forms.Form):
    q = forms.CharField(required=False, max_length=120, label="Text", widget=forms.TextInput(**_TEXT))
    team = forms.ChoiceField(required=False, label="Owner")

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["team"]
        field.choices = [("", "All teams"), *((team.slug, team.name) for team in teams)]

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        names = {"q": "text"}
        return {names.get(name, name): self.cleaned_data.get(name, "") for name in self.fields}


class IntegrationFilterForm(ListFilterForm):
    kind = forms.ChoiceField(
        required=False,
        label="Kind",
        choices=[("", "All kinds"), *((kind.name, kind.title) for kind in KINDS.values())],
    )


class MonitorFilterForm(ListFilterForm):
    state = forms.ChoiceField(
        required=False,
        label="State",
        choices=[("", "All states"), *((state.value, state.value.capitalize()) for state in Monitor.State)],
    )


class SilenceFilterForm(ListFilterForm):
    q = None  # type: ignore[assignment]  # Django's way to drop a field: silences have no names
    state = forms.ChoiceField(
        required=False,
        label="State",
        choices=[("", "All"), ("active", "Active"), ("planned", "Planned"), ("over", "Over")],
    )
