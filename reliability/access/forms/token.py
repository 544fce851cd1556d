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
from reliability.web.field_messages import CHOICE, chosen, needed

SCOPE_WORDS = {
    Scope.READ: "read: objectives, services, status",
    Scope.WRITE: "write: create and change, apply OpenSLO",
    Scope.INTAKE: "intake: deliver counts",
}
WHOLE_INSTALLATION = "*"  # no slug: it cannot be a team's
EXPIRY_DAYS = ((30, "30 days"), (90, "90 days"), (365, "1 year"), (0, "never"))


class TokenForm(WhyForm):
    field_order = ("name", "team", "role", "scopes", "expires_in", "reason")

    name = forms.CharField(
        max_length=120,
        label="Name",
        help_text="Who will use it. Example: checkout CI",
        error_messages=needed("write who will use it, such as checkout CI"),
    )
    team = forms.ChoiceField(
        label="Reach", help_text="The team in whose name it acts.", error_messages=chosen("a team")
    )
    role = RoleField()
    scopes = forms.TypedMultipleChoiceField(
        label="May",
        choices=[(scope.value, words) for scope, words in SCOPE_WORDS.items()],
        coerce=Scope,
        widget=forms.CheckboxSelectMultiple,
        help_text="As little as its work needs.",
        error_messages=needed("choose what it may do, one at least", invalid_choice="choose among these"),
    )
    expires_in = forms.TypedChoiceField(
        label="Expires in",
        choices=[(str(days), words) for days, words in EXPIRY_DAYS],
        coerce=int,
        initial="90",
        error_messages=CHOICE,
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], may_span_installation: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams = {team.slug: team for team in teams}
        choices = [("", "Choose a team"), *((slug, team.name) for slug, team in self.teams.items())]
        if may_span_installation:
            choices.append((WHOLE_INSTALLATION, "The whole installation"))
        self.fields["team"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField's property

    def clean_team(self) -> Team | None:
        return self.teams.get(self.cleaned_data["team"])

    def expires_at(self, *, now: datetime) -> datetime | None:
        days: int = self.cleaned_data["expires_in"]
        return now + timedelta(days=days) if days else None
