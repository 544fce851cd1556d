"""A named list of stakeholders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.stakeholders.domain import bounds
from incidents.stakeholders.models import Stakeholder
from reliability.web.field_messages import needed


class GroupForm(forms.Form):
    name = forms.CharField(
        max_length=bounds.NAME_MAX,
        label="Name",
        help_text="Example: Account managers.",
        error_messages=needed("write a name, such as Account managers"),
    )
    description = forms.CharField(
        required=False,
        max_length=bounds.NOTE_MAX,
        label="What they need it for",
        help_text="Example: they answer the ten largest customers.",
    )
    member_ids = forms.ModelMultipleChoiceField(
        queryset=Stakeholder.objects.none(),
        required=False,
        label="Members",
        widget=forms.CheckboxSelectMultiple,
        help_text="Stakeholders of the team.",
        error_messages={"invalid_choice": "one of them is gone from the list: choose again"},
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: QuerySet[Stakeholder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member_ids"].queryset = people  # type: ignore[attr-defined]  # of a ModelMultipleChoiceField

    def values(self) -> dict[str, Any]:
        """Of a valid form."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "description": data["description"],
            "member_ids": [one.pk for one in data["member_ids"]],
        }
