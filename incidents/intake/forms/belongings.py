"""Whose something is, which service it watches and who is paged: what integrations and monitors have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.intake.models import Integration, Monitor
from incidents.paging.models import EscalationPolicy
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.web.field_messages import chosen, needed


class BelongingsForm(forms.Form):
    title = forms.CharField(
        max_length=120,
        label="Title",
        help_text="As people say it. Example: Alertmanager of the shop",
        error_messages=needed("write a title, such as Alerts of the shop"),
    )
    name = forms.CharField(
        max_length=63,
        label="Name",
        help_text="For addresses and the API; it stays. Example: shop-alertmanager",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
        error_messages=needed("write a name, such as shop-alerts"),
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        label="Owner",
        empty_label="Choose the team",
        help_text="Incidents are this team's; its editors may change the settings.",
        error_messages=chosen("the team that owns it"),
    )
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
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why", required=False, max_length=500, help_text="Optional; kept in the audit trail."
    )

    def __init__(
        self,
        *args: Any,
        teams: QuerySet[Team],
        services: QuerySet[Service],
        owned: Integration | Monitor | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = self.fields
        choices["team"].queryset = teams
        choices["service"].queryset = services
        choices["policy"].queryset = EscalationPolicy.objects.filter(
            team__in=teams if owned is None else [owned.team]
        ).order_by("title", "pk")
        if owned is not None:
            for name in ("name", "team"):
                self.fields[name].disabled = True

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
