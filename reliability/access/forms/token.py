"""A new API token."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.domain.caller import Scope
from reliability.access.forms.team import RoleField
from reliability.access.forms.why import WhyForm
from reliability.access.models import Team

SCOPE_WORDS = {
    Scope.READ: "read: objectives, services, status",
    Scope.WRITE: "write: create and change, apply OpenSLO",
    Scope.INTAKE: "intake: deliver counts",
}
EXPIRY_DAYS = ((30, "30 days"), (90, "90 days"), (365, "1 year"), (0, "never"))


class TokenForm(WhyForm):
    field_order = ("name", "team", "role", "scopes", "expires_in", "reason")

    name = forms.CharField(max_length=120, label="Name", help_text="Who will use it. Example: checkout CI")
    team = forms.ModelChoiceField(queryset=Team.objects.none(), to_field_name="slug", label="Team")
    role = RoleField()
    scopes = forms.TypedMultipleChoiceField(
        label="May",
        choices=[(scope.value, words) for scope, words in SCOPE_WORDS.items()],
        coerce=Scope,
        widget=forms.CheckboxSelectMultiple,
        help_text="As little as its work needs.",
    )
    expires_in = forms.TypedChoiceField(
        label="Expires in", choices=[(str(days), words) for days, words in EXPIRY_DAYS], coerce=int, initial="90"
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], may_span_installation: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = teams
        if may_span_installation:
            team.required = False
            team.empty_label = "The whole installation"

    def expires_at(self, *, now: datetime) -> datetime | None:
        days: int = self.cleaned_data["expires_in"]
        return now + timedelta(days=days) if days else None
