"""Forms of delivery integrations: what each has, and what its kind asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.forms.integration import NamedForm, name_field, owner_field, title_field
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.delivery.domain.kinds import Kind
from reliability.delivery.domain.settings import pairs_of
from reliability.delivery.models import DeliveryIntegration

_ROWS = {"rows": 3, "spellcheck": "false"}


class IntegrationForm(NamedForm):
    """Only the settings of the kind are asked for."""

    field_order = (
        *("title", "name", "team", "service", "services", "production"),
        *("workflows", "releases", "pipelines", "environment", "is_enabled", "reason"),
    )

    title = title_field(example="GitHub of the shop", other="GitHub of the shop")
    name = name_field(help_text="Part of its address; it stays. Example: shop-github", example="shop-github")
    team = owner_field(help_text="Its services are deployed; its editors may change the settings.")
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        to_field_name="name",
        required=False,
        label="Service",
        empty_label="By the name of the repository",
        help_text="What is deployed where no line below says otherwise.",
    )
    services = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs=_ROWS),
        label="Services",
        help_text="One per line: repository, application or subject = service. Example: shop/checkout = checkout",
    )
    production = forms.CharField(
        required=False,
        max_length=2_000,
        label="Production environments",
        help_text="With commas between them. Empty: those whose name says so. Example: production, live-eu",
    )
    workflows = forms.CharField(
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs=_ROWS),
        label="Workflows that deploy",
        help_text="Only where no deployment events are sent. One per line. Example: Deploy = production",
    )
    releases = forms.CharField(
        required=False,
        max_length=120,
        label="A published release deploys to",
        help_text="Empty: a release is a change, no deployment. Example: production",
    )
    pipelines = forms.BooleanField(
        required=False,
        label="Read pipelines instead of deployment events",
        help_text="For those who cannot send deployment events: with both, each deployment would count twice.",
    )
    environment = forms.CharField(
        required=False,
        max_length=120,
        label="Environment",
        help_text="Empty: the namespace of the application. Example: production",
    )
    is_enabled = forms.BooleanField(required=False, initial=True, label="Takes payloads")

    def __init__(
        self,
        *args: Any,
        kind: Kind,
        teams: QuerySet[Team],
        services: QuerySet[Service],
        owned: DeliveryIntegration | None,
        **kwargs: Any,
    ) -> None:
        if owned is not None:
            kwargs["initial"] = _initial_of(owned)
        super().__init__(*args, teams=teams, is_made=owned is not None, **kwargs)
        choices: dict[str, Any] = self.fields
        choices["service"].queryset = services
        for name in ("services", "production", "workflows", "releases", "pipelines", "environment"):
            if name not in kind.settings:
                del self.fields[name]

    def clean_services(self) -> dict[str, str]:
        return self._pairs("services", "shop/checkout = checkout")

    def clean_workflows(self) -> dict[str, str]:
        return self._pairs("workflows", "Deploy = production")

    def clean_production(self) -> list[str]:
        return [name.strip() for name in self.cleaned_data["production"].split(",") if name.strip()]

    def config(self) -> dict[str, Any]:
        names = ("services", "production", "workflows", "releases", "pipelines", "environment")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}

    def _pairs(self, name: str, example: str) -> dict[str, str]:
        try:
            return pairs_of(self.cleaned_data[name], example=example)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def _initial_of(owned: DeliveryIntegration) -> dict[str, Any]:
    config = owned.config
    return {
        "title": owned.title,
        "name": owned.name,
        "team": owned.team.slug,
        "service": owned.service and owned.service.name,
        "is_enabled": owned.is_enabled,
        "revision": owned.revision,
        "services": _lines(config.get("services")),
        "workflows": _lines(config.get("workflows")),
        "production": ", ".join(config.get("production") or ()),
        "releases": config.get("releases", ""),
        "pipelines": config.get("pipelines", False),
        "environment": config.get("environment", ""),
    }


def _lines(pairs: Any) -> str:
    return "\n".join(f"{left} = {right}" for left, right in (pairs or {}).items())
