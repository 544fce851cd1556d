"""Go, no-go, another day, not at all."""

from __future__ import annotations

from typing import Any

from django import forms

from chaos.gamedays.forms.plan import wall_instant
from reliability.web.field_messages import needed
from reliability.web.fields import TEXT_MAX as INSTANT_TEXT_MAX
from reliability.web.fields import picker

REASON_MAX = 500


def _why(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Why",
        max_length=REASON_MAX,
        help_text=help_text,
        error_messages=needed("say why: those who are asked to come read it"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReasonForm(forms.Form):
    """Why not on this day, or not at all."""

    reason = _why("Those who were asked to come read it. Example: payments are down since noon.")


class PostponeForm(forms.Form):
    """`starts_at` on the clocks of the plan's zone."""

    starts_at = forms.CharField(
        label="Begins",
        max_length=INSTANT_TEXT_MAX,
        error_messages=needed("write the new day and hour"),
        widget=picker(),
    )
    reason = _why("Those who were asked to come read it. Example: Ada is ill; she knows the switch.")

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["starts_at"].help_text = f"In {zone}."

    def clean_starts_at(self) -> Any:
        return wall_instant(self.cleaned_data["starts_at"], zone=self.zone)


class ChecklistForm(forms.Form):
    prefix = "item"

    text = forms.CharField(
        label="Ask this, too",
        max_length=300,
        help_text="Example: support knows of it",
        error_messages=needed("write what has to be so, such as: support knows of it"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
