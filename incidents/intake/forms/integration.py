"""What every integration has, whatever its kind; the kind brings the rest of the form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.intake.domain.grouping import MINUTES_MAX, GroupBy, Grouping
from incidents.intake.forms.belongings import BelongingsForm
from incidents.intake.models import Integration
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.web.field_messages import CHOICE


class IntegrationForm(BelongingsForm):
    field_order = ("title", "name", "team", "service", "policy", "by", "labels", "minutes", "is_enabled", "reason")

    by = forms.ChoiceField(
        label="Grouping",
        choices=[(rule.value, rule.words) for rule in GroupBy],
        initial=GroupBy.ALERT.value,
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    labels = forms.CharField(
        required=False,
        max_length=1_000,
        label="Labels that group",
        help_text="With commas between them. Example: alertname, cluster",
    )
    minutes = forms.IntegerField(
        required=False, min_value=1, max_value=MINUTES_MAX, label="Minutes of a window", help_text="Example: 10"
    )
    is_enabled = forms.BooleanField(required=False, initial=True, label="Takes alerts")

    def __init__(
        self, *args: Any, teams: QuerySet[Team], services: QuerySet[Service], integration: Integration | None, **kw: Any
    ) -> None:
        if integration is not None:
            grouping = Grouping.from_json(integration.grouping)
            kw["initial"] = self.initial_of(integration) | {
                "by": grouping.by.value,
                "labels": ", ".join(grouping.labels),
                "minutes": grouping.minutes or None,
                "is_enabled": integration.is_enabled,
            }
        super().__init__(*args, teams=teams, services=services, owned=integration, **kw)

    def grouping(self) -> Grouping:
        by = GroupBy(self.cleaned_data["by"])
        return Grouping(
            by=by,
            labels=tuple(self._names()) if by is GroupBy.LABELS else (),
            minutes=(self.cleaned_data.get("minutes") or 0) if by is GroupBy.WINDOW else 0,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "by" in cleaned:
            mistake = self.grouping().mistake()
            if mistake:
                self.add_error("labels" if cleaned["by"] == GroupBy.LABELS else "minutes", mistake)
        return cleaned

    def _names(self) -> list[str]:
        return [name.strip() for name in (self.cleaned_data.get("labels") or "").split(",") if name.strip()]
