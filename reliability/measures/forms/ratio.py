"""The form of a team's own ratio."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.measures.services.ratios import Draft
from reliability.web.field_messages import chosen, needed

_MEASURE = {"list": "measure-names", "autocomplete": "off", "spellcheck": "false"}


class RatioForm(forms.Form):
    """A new one (with team and name), or a change (with its revision)."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label="Team",
        to_field_name="slug",
        empty_label=None,
        help_text="The ratio is of this team's services.",
        error_messages=chosen("a team"),
    )
    title = forms.CharField(
        max_length=120,
        label="Title",
        help_text="Example: Cost per page view.",
        error_messages=needed("say what it is"),
    )
    name = forms.SlugField(
        max_length=63,
        label="Name",
        help_text="Names it in the API and stays. Example: cost-per-page-view.",
        error_messages=needed("name it", invalid="use letters, digits, - and _, such as cost-per-page-view"),
    )
    numerator = forms.CharField(
        max_length=63,
        label="Above",
        help_text="Told by you, or counted: deployments, incidents, pages, oncall_weeks. Example: cost.",
        widget=forms.TextInput(attrs=_MEASURE),
        error_messages=needed("name a measure, such as cost"),
    )
    denominator = forms.CharField(
        max_length=63,
        label="Below",
        help_text="Likewise. Example: page_views.",
        widget=forms.TextInput(attrs=_MEASURE),
        error_messages=needed("name a measure, such as transactions"),
    )
    unit = forms.CharField(
        max_length=40,
        required=False,
        label="Unit in words",
        help_text="Stands behind each value and its currency. Example: per page view.",
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, teams: QuerySet[Team] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if teams is None:
            del self.fields["team"], self.fields["name"]
        else:
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]  # of a ModelChoiceField

    def draft(self) -> Draft:
        """Of a valid form."""
        data = self.cleaned_data
        return Draft(data["title"], data["numerator"], data["denominator"], data["unit"])
