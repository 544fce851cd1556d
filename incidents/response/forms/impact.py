"""What an incident touches."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.catalog.models import Service
from slo.models import Slo


class ImpactForm(forms.Form):
    """Services and objectives, chosen from what the caller may see."""

    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Services"
    )
    slos = forms.ModelMultipleChoiceField(
        queryset=Slo.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Objectives"
    )

    def __init__(self, *args: Any, services: QuerySet[Service], slos: QuerySet[Slo], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["services"].queryset = services  # type: ignore[attr-defined]  # of a ModelChoiceField
        self.fields["slos"].queryset = slos  # type: ignore[attr-defined]  # of a ModelChoiceField
