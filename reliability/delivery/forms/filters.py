"""What narrows the lists; a value nobody offers narrows nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.delivery.domain.kinds import KINDS
from reliability.delivery.models import Contents, Outcome
from reliability.delivery.selectors.deployments import DeploymentFilters

_SEARCH = forms.TextInput(attrs={"type": "search"})
_CONTENTS = {
    Contents.PENDING: "being worked out",
    Contents.FIRST: "first deployment",
    Contents.COMPLETE: "known",
    Contents.PARTIAL: "partly known",
    Contents.UNKNOWN: "unknown",
}


class DeploymentFilterForm(forms.Form):
    q = forms.CharField(required=False, max_length=200, label="Text", widget=_SEARCH)
    team = forms.ChoiceField(required=False, label="Owner")
    service = forms.ChoiceField(required=False, label="Service")
    environment = forms.CharField(required=False, max_length=120, label="Environment")
    outcome = forms.ChoiceField(
        required=False,
        label="Outcome",
        choices=[("", "All"), *((one.value, one.value.replace("_", " ").capitalize()) for one in Outcome)],
    )
    contents = forms.ChoiceField(
        required=False, label="Commits", choices=[("", "All"), *((key.value, text) for key, text in _CONTENTS.items())]
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], services: QuerySet[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["team"].choices = [("", "All teams"), *((team.slug, team.name) for team in teams)]
        fields["service"].choices = [("", "All services"), *((one.name, one.title) for one in services)]

    def wanted(self) -> DeploymentFilters:
        self.is_valid()
        found = self.cleaned_data
        return DeploymentFilters(
            text=found.get("q", ""),
            team_slug=found.get("team", ""),
            service_name=found.get("service", ""),
            environment=found.get("environment", "").strip().lower(),
            outcome=found.get("outcome", ""),
            contents=found.get("contents", ""),
        )


class IntegrationFilterForm(forms.Form):
    q = forms.CharField(required=False, max_length=120, label="Text", widget=_SEARCH)
    team = forms.ChoiceField(required=False, label="Owner")
    kind = forms.ChoiceField(
        required=False, label="Kind", choices=[("", "All kinds"), *((kind.name, kind.title) for kind in KINDS.values())]
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["team"].choices = [("", "All teams"), *((team.slug, team.name) for team in teams)]

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {
            name: self.cleaned_data.get(key, "") for name, key in (("text", "q"), ("team", "team"), ("kind", "kind"))
        }
