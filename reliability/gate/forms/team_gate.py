"""What the gate of a team heeds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.domain.caller import Role
from reliability.channels.models import Channel
from reliability.gate.domain.kinds import Heed
from reliability.gate.models import TeamGate
from reliability.gate.services.team_gates import GateDraft
from reliability.web.field_messages import CHOICE, chosen

_HEED = [(Heed.BLOCK.value, "No-go"), (Heed.WARN.value, "Go, with a warning"), (Heed.IGNORE.value, "Not looked at")]


class TeamGateForm(forms.Form):
    incidents = forms.ChoiceField(
        choices=_HEED,
        label="An open Sev1 or Sev2 on the service",
        help_text="Rollbacks, hotfixes and changes that mend reliability always pass.",
        error_messages=CHOICE,
    )
    incidents_of_needs = forms.ChoiceField(
        choices=_HEED,
        label="An open Sev1 or Sev2 on something it cannot do without",
        help_text="Example: the database of Checkout is down.",
        error_messages=CHOICE,
    )
    experiments = forms.ChoiceField(
        choices=_HEED,
        label="An experiment that runs on the service",
        help_text="On something that it needs, it is a warning at most.",
        error_messages=CHOICE,
    )
    no_data = forms.ChoiceField(
        choices=_HEED[:2],
        label="An objective that is not measured",
        help_text="No data is never passed over in silence.",
        error_messages=CHOICE,
    )
    override_role = forms.TypedChoiceField(
        coerce=int,
        choices=[(one.value, f"{one.name.capitalize()}s and above") for one in Role if one >= Role.RESPONDER],
        label="Who may override the gate",
        error_messages=CHOICE,
    )
    channel = forms.ModelChoiceField(
        queryset=Channel.objects.none(),
        to_field_name="name",
        required=False,
        label="Where it is told",
        empty_label="To administrators and editors of the team",
        help_text="That a policy comes into force or is over, and overrides.",
        error_messages=chosen("a channel"),
    )

    def __init__(self, *args: Any, channels: QuerySet[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]  # of a ModelChoiceField

    def draft(self) -> GateDraft:
        """Of a valid form."""
        data = dict(self.cleaned_data)
        channel = data.pop("channel")
        return GateDraft(**data, channel=channel.name if channel is not None else "")


def initial_of(gate: TeamGate) -> dict[str, Any]:
    names = ("incidents", "incidents_of_needs", "experiments", "no_data", "override_role")
    return {**{name: getattr(gate, name) for name in names}, "channel": gate.channel.name if gate.channel else ""}
