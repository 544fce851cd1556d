"""Declaring an incident by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.paging.models import EscalationPolicy
from incidents.response.domain.severity import Severity
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.web.fields import InstantField
from slo.models import Slo


class DeclareForm(forms.Form):
    """A title and a severity; all else has a default."""

    title = forms.CharField(
        max_length=200,
        label="What do users notice?",
        error_messages={"required": "write what users notice, such as: checkout answers 502"},
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    severity = forms.TypedChoiceField(
        label="How bad is it?",
        coerce=int,
        choices=[(one.value, one.word) for one in Severity],
        widget=forms.RadioSelect,
        error_messages={"required": "choose how bad it is", "invalid_choice": "choose one of Sev1 to Sev5"},
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), label="Team", empty_label=None, error_messages={"required": "choose a team"}
    )
    policy = forms.ModelChoiceField(
        queryset=EscalationPolicy.objects.none(),
        required=False,
        label="Escalation policy",
        empty_label="The service's or the team's own",
    )
    takes_command = forms.BooleanField(label="I am the commander", required=False)
    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.none(), required=False, label="Services", widget=forms.CheckboxSelectMultiple
    )
    slos = forms.ModelMultipleChoiceField(
        queryset=Slo.objects.none(), required=False, label="Objectives", widget=forms.CheckboxSelectMultiple
    )
    summary = forms.CharField(
        required=False, max_length=10_000, label="What is known", widget=forms.Textarea(attrs={"rows": 4})
    )
    started_at = InstantField(required=False, label="Users notice since", help_text="Leave it empty for now.")

    def __init__(
        self,
        *args: Any,
        teams: QuerySet[Team],
        policies: QuerySet[EscalationPolicy],
        services: QuerySet[Service],
        slos: QuerySet[Slo],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, queryset in {"team": teams, "policy": policies, "services": services, "slos": slos}.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]  # of a ModelChoiceField

    @property
    def has_more(self) -> bool:
        """Whether anything is said or wrong in the fields that are folded away."""
        names = ("services", "slos", "summary", "started_at")
        return any(self[name].value() or self[name].errors for name in names)
