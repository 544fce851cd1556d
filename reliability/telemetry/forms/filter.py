from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.telemetry.sources.registry import KINDS
from reliability.web.field_messages import CHOICE


class SourceFilterForm(forms.Form):
    """What narrows the list; a value nobody offers narrows nothing."""

    q = forms.CharField(required=False, max_length=120, label="Text", widget=forms.TextInput(attrs={"type": "search"}))
    team = forms.ChoiceField(required=False, label="Owner", error_messages=CHOICE)
    kind = forms.ChoiceField(
        required=False,
        label="Kind",
        error_messages=CHOICE,
        choices=[("", "All kinds"), *((kind.name, kind.title) for kind in KINDS.values())],
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["team"]
        choices.choices = [("", "All teams"), *((team.slug, team.name) for team in teams)]

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        found = self.cleaned_data
        return {"text": found.get("q", ""), "team": found.get("team", ""), "kind": found.get("kind", "")}
