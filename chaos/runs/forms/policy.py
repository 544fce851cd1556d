"""Writing a guard policy: a form field for each of its fields, with its example, its unit and the default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.runs.domain.guards import Policy
from chaos.runs.domain.policy_fields import FIELDS, SECTIONS, PolicyField, Unit
from chaos.runs.services.policies import BOUNDS, PLACES_MAX
from reliability.access.models import User
from reliability.channels.models import Channel
from reliability.web.field_messages import number

_GONE = {"invalid_choice": "%(value)s is gone from the list: choose again", "invalid_list": "choose from the list"}


class PolicyForm(forms.Form):
    """Shares are typed as percent. Its places come from the team."""

    def __init__(self, *args: Any, channels: QuerySet[Channel], members: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in FIELDS.items():
            self.fields[name] = _field_of(field)
        self.fields["channels"] = forms.ModelMultipleChoiceField(
            queryset=channels,
            to_field_name="name",
            required=False,
            label="Channels that are told",
            help_text=f"Of the team. Named places and people together, {PLACES_MAX} of each at most.",
            widget=forms.CheckboxSelectMultiple,
            error_messages=_GONE,
        )
        self.fields["people"] = _People(
            queryset=members,
            to_field_name="email",
            required=False,
            label="People who are told",
            help_text="Members of the team, by the first way to reach each.",
            widget=forms.CheckboxSelectMultiple,
            error_messages=_GONE,
        )
        self.fields["reason"] = forms.CharField(
            required=False,
            max_length=500,
            label="Why",
            help_text="Kept in the audit trail. Example: two near misses in October.",
        )

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(section, [self[one.name] for one in section.fields]) for section in SECTIONS]

    @property
    def values(self) -> dict[str, Any]:
        """Of a valid form, as set_policy has them."""
        return {name: _stored(field, self.cleaned_data[name]) for name, field in FIELDS.items()}

    @property
    def channel_names(self) -> list[str]:
        return [one.name for one in self.cleaned_data["channels"]]

    @property
    def addresses(self) -> list[str]:
        return [one.email for one in self.cleaned_data["people"]]


class _People(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.email})"


def initial_of(policy: Policy) -> dict[str, Any]:
    """The same as people type it."""
    return {name: _typed(field, getattr(policy, name)) for name, field in FIELDS.items()}


def _field_of(field: PolicyField) -> forms.Field:
    default = f"By default {field.text_of(field.default)}."
    if field.unit is Unit.FLAG:
        return forms.BooleanField(required=False, label=field.label, help_text=f"{field.help} {default}")
    least, most = (_typed(field, bound) for bound in BOUNDS[field.name])
    unit = f" ({field.suffix.strip().replace('×', 'times the sustainable rate')})" if field.suffix else ""
    words = f"{field.help} Example: {field.example}. {default}"
    common: Mapping[str, Any] = {
        "label": f"{field.label}{unit}",
        "help_text": words,
        "min_value": least,
        "max_value": most,
        "error_messages": {
            **number(f"write a number from {least:,g} to {most:,g}"),
            "min_value": f"write at least {least:,g}",
            "max_value": f"write at most {most:,g}",
        },
    }
    if isinstance(field.default, int):
        return forms.IntegerField(**common)
    return forms.FloatField(**common, widget=forms.NumberInput(attrs={"step": "any"}))


def _typed(field: PolicyField, value: Any) -> Any:
    """Percent, without the noise of binary fractions, and whole numbers without a point: 0.07 is 7."""
    number = float(f"{value * 100:.12g}") if field.unit is Unit.SHARE else value
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _stored(field: PolicyField, value: Any) -> Any:
    return float(f"{value / 100:.12g}") if field.unit is Unit.SHARE else value
