"""Creating and changing a service; the rules themselves are the service's, checked again for the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.catalog.domain.tier import TIER_WORDS
from reliability.catalog.models import Layer, Service
from reliability.web.field_messages import CHOICE, chosen, needed

LAYER_WORDS = {
    Layer.REGION: "Region: many data centres at once",
    Layer.ZONE: "Zone: one data centre",
    Layer.CLUSTER: "Cluster",
    Layer.POD: "Pod",
    Layer.NODE: "Node: one machine",
    Layer.PROCESS: "Process",
    Layer.COMPONENT: "Component: a part of an application",
}


class ServiceForm(forms.Form):
    title = forms.CharField(
        max_length=120,
        label="Title",
        help_text="As people say it. Example: Checkout",
        error_messages=needed("write a title, such as Checkout"),
    )
    name = forms.CharField(
        max_length=63,
        label="Name",
        error_messages=needed("write a name, such as checkout-api"),
        help_text="For addresses, the API and OpenSLO files; it stays. Example: checkout-api",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        label="Owner",
        error_messages=chosen("the team that owns it"),
        empty_label="Choose the team",
        help_text="Its editors may change the service.",
    )
    tier = forms.TypedChoiceField(
        label="Tier",
        error_messages=CHOICE,
        coerce=int,
        initial="3",
        choices=[(str(tier), f"{tier} – {words}") for tier, words in TIER_WORDS.items()],
    )
    layer = forms.ChoiceField(
        label="Layer",
        error_messages=CHOICE,
        initial=Layer.COMPONENT.value,
        choices=[(layer.value, words) for layer, words in LAYER_WORDS.items()],
        help_text="Where in the stack it lives, from the widest to the narrowest.",
    )
    description = forms.CharField(
        required=False, max_length=10_000, label="Description", widget=forms.Textarea(attrs={"rows": 3})
    )
    runbook_url = forms.CharField(
        required=False,
        max_length=500,
        label="Runbook",
        help_text="What a responder opens first. Example: https://wiki.example.org/checkout/runbook",
        widget=forms.URLInput(),
    )
    links = forms.CharField(
        required=False,
        max_length=40_000,
        label="Links",
        help_text="One a line: words, then the address. Example: Dashboard https://grafana.example.org/d/checkout",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    labels = forms.CharField(
        required=False,
        max_length=40_000,
        label="Labels",
        help_text="One a line. Example: cost-centre=1234",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    based_on = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label="Why", required=False, max_length=500, help_text="Kept in the audit trail.")

    def __init__(self, *args: Any, teams: QuerySet[Team], service: Service | None = None, **kwargs: Any) -> None:
        if service is not None:
            kwargs["initial"] = _initial(service)
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = teams
        self.fields["name"].disabled = service is not None

    def clean_links(self) -> list[dict[str, str]]:
        lines = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        links = []
        for line in lines:
            title, _, url = line.rpartition(" ")
            if "://" not in url:
                raise forms.ValidationError(f"{line[:80]!r}: write words, a space and an address with https://")
            links.append({"title": title.strip() or url[:120], "url": url})
        return links

    def clean_labels(self) -> dict[str, str]:
        lines = [line.strip() for line in self.cleaned_data["labels"].splitlines() if line.strip()]
        pairs = [line.partition("=") for line in lines]
        for line, (key, sign, _) in zip(lines, pairs, strict=True):
            if not sign or not key.strip():
                raise forms.ValidationError(f"{line[:80]!r}: write key=value")
        return {key.strip(): value.strip() for key, _, value in pairs}


def _initial(service: Service) -> dict[str, Any]:
    return {
        "title": service.title,
        "name": service.name,
        "team": service.team.slug,
        "tier": str(service.tier),
        "layer": service.layer,
        "description": service.description,
        "runbook_url": service.runbook_url,
        "links": "\n".join(f"{link['title']} {link['url']}" for link in service.links),
        "labels": "\n".join(f"{key}={value}" for key, value in service.labels.items()),
        "based_on": service.updated_at.isoformat(),
    }
