"""What to narrow the list of services by, from the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.catalog.domain.tier import TIER_WORDS
from reliability.catalog.models import Layer
from reliability.web.field_messages import CHOICE, chosen


class ServiceFilterForm(forms.Form):
    q = forms.CharField(required=False, max_length=120, label="Text", widget=forms.TextInput(attrs={"type": "search"}))
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        required=False,
        label="Team",
        empty_label="Every team",
        error_messages=chosen("a team"),
    )
    tier = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label="Tier",
        error_messages=CHOICE,
        choices=[("", "Every tier"), *((str(tier), f"Tier {tier}") for tier in TIER_WORDS)],
    )
    layer = forms.ChoiceField(
        required=False, label="Layer", choices=[("", "Every layer"), *Layer.choices], error_messages=CHOICE
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = teams

    def wanted(self) -> dict[str, Any]:
        """Arguments of `list_services`; a field with a mistake narrows nothing and is shown with its error."""
        self.is_valid()
        fields = self.cleaned_data
        team = fields.get("team")
        return {
            "text": fields.get("q", ""),
            "team": team.slug if team else "",
            "tier": fields.get("tier"),
            "layer": fields.get("layer", ""),
        }
