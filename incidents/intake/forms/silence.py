from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from incidents.intake.domain.silences import format_matchers, matchers_of, parse_matchers
from incidents.intake.models import Integration
from reliability.access.models import Team
from reliability.catalog.models import Service
from reliability.web.field_messages import chosen, needed
from reliability.web.fields import InstantField


class MatchersField(forms.CharField):
    """One matcher a line, cleaned to Matcher values."""

    def prepare_value(self, value: Any) -> Any:
        return format_matchers(matchers_of(value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(self.prepare_value(value)) or ""
        try:
            return parse_matchers(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class SilenceForm(forms.Form):
    """Its first values come from the address: team, integration, service, matchers, reason, start_at, end_at."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        label="Team",
        empty_label="Choose the team",
        error_messages=chosen("the team whose alerts are silenced"),
    )
    matchers = MatchersField(
        required=False,
        max_length=10_000,
        label="Labels",
        help_text="One a line, all must hold: <code>alertname = DiskFull</code>, <code>host =~ db.*</code>, "
        "also != and !~. Empty: every alert.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "code"}),
    )
    integration = forms.ModelChoiceField(
        queryset=Integration.objects.none(),
        to_field_name="name",
        required=False,
        label="Only from",
        empty_label="Every integration and monitor",
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        to_field_name="name",
        required=False,
        label="Only about",
        empty_label="Every service",
    )
    start_at = InstantField(label="From", error_messages=needed("write from when, such as 2026-03-02 12:00"))
    end_at = InstantField(
        label="Until",
        help_text="What still fires then opens its incident.",
        error_messages=needed("write until when, such as 2026-03-02 14:00"),
    )
    reason = forms.CharField(
        max_length=2_000,
        label="Why",
        help_text="Shown with every alert that is hidden. Example: database move, CHG-1234",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=needed("say why: whoever finds the silence reads it"),
    )

    def __init__(
        self,
        *args: Any,
        teams: QuerySet[Team],
        integrations: QuerySet[Integration],
        services: QuerySet[Service],
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        choices: dict[str, Any] = self.fields
        choices["team"].queryset = teams
        choices["integration"].queryset = integrations
        choices["service"].queryset = services
