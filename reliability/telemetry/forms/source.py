"""What every source has, whatever its kind; the kind brings the rest of the form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.telemetry.models import Source
from reliability.web.field_messages import chosen, needed


class SourceForm(forms.Form):
    title = forms.CharField(
        required=False, max_length=120, label="Title", help_text="As people say it. Example: Production metrics"
    )
    name = forms.CharField(
        max_length=63,
        label="Name",
        error_messages=needed("write a name, such as prometheus-prod"),
        help_text="For addresses, the API and OpenSLO files; it stays. Example: prometheus-prod",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        label="Owner",
        error_messages=chosen("the team that owns it"),
        empty_label="Choose the team",
        help_text="Its editors may change the source and measure from it.",
    )
    based_on = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why", required=False, max_length=500, help_text="Optional; kept in the audit trail."
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], source: Source | None = None, **kwargs: Any) -> None:
        if source is not None:
            kwargs["initial"] = {
                "title": source.title,
                "name": source.name,
                "team": source.team.slug,
                "based_on": source.updated_at.isoformat(),
            }
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = teams
        self.fields["name"].disabled = source is not None
