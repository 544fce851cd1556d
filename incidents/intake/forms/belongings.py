"""Whose something is, which service it watches and who is paged: what integrations and monitors have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.intake.models import Integration, Monitor
from incidents.paging.models import EscalationPolicy
from reliability.access.forms.integration import NamedForm, name_field, owner_field, title_field
from reliability.access.models import Team
from reliability.catalog.models import Service


class BelongingsForm(NamedForm):
    title = title_field(example="Alertmanager of the shop", other="Alerts of the shop")
    name = name_field(
        help_text="For addresses and the API; it stays. Example: shop-alertmanager", example="shop-alerts"
    )
    team = owner_field(help_text="Incidents are this team's; its editors may change the settings.")
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        to_field_name="name",
        required=False,
        label="Service",
        empty_label="No particular one",
        help_text="What the alerts are about; incidents name it.",
    )
    policy = forms.ModelChoiceField(
        queryset=EscalationPolicy.objects.none(),
        to_field_name="slug",
        required=False,
        label="Escalation policy",
        empty_label="That of the service, else the team's default",
    )

    def __init__(
        self,
        *args: Any,
        teams: QuerySet[Team],
        services: QuerySet[Service],
        owned: Integration | Monitor | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, teams=teams, is_made=owned is not None, **kwargs)
        choices: dict[str, Any] = self.fields
        choices["service"].queryset = services
        choices["policy"].queryset = EscalationPolicy.objects.filter(
            team__in=teams if owned is None else [owned.team]
        ).order_by("title", "pk")

    @staticmethod
    def initial_of(owned: Integration | Monitor) -> dict[str, Any]:
        return {
            "title": owned.title,
            "name": owned.name,
            "team": owned.team.slug,
            "service": owned.service and owned.service.name,
            "policy": owned.policy and owned.policy.slug,
            "revision": owned.revision,
        }
