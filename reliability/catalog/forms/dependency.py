"""Adding a dependency on the page of a service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.catalog.models import Service
from reliability.web.field_messages import CHOICE, chosen


class DependencyForm(forms.Form):
    needs = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        to_field_name="name",
        label="Needs",
        empty_label="Choose a service",
        error_messages=chosen("a service"),
    )
    kind = forms.ChoiceField(
        label="Kind",
        error_messages=CHOICE,
        initial="hard",
        choices=[("hard", "hard: fails without it"), ("soft", "soft: degrades without it")],
    )

    def __init__(self, *args: Any, services: QuerySet[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needs: Any = self.fields["needs"]
        needs.queryset = services
