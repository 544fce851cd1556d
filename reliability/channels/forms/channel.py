"""What every channel has, whatever its kind; the kind brings the rest of the form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.access.models import Team
from reliability.channels.kinds.registry import team_kinds
from reliability.channels.models import Channel


class ChannelForm(forms.Form):
    title = forms.CharField(
        required=False, max_length=120, label="Title", help_text="As people say it. Example: Payments in Slack"
    )
    name = forms.CharField(
        max_length=63,
        label="Name",
        help_text="For addresses and the API; it stays. Example: payments-slack",
        error_messages={"required": "write a name, such as: payments-slack"},
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        label="Owner",
        empty_label="Choose the team",
        error_messages={"required": "choose the team whose channel it is"},
        help_text="Its escalation policies may tell it; its editors may change it.",
    )
    is_enabled = forms.BooleanField(
        required=False, initial=True, label="Switched on", help_text="Off: whoever tells it something is refused."
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why", required=False, max_length=500, help_text="Optional; kept in the audit trail."
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], channel: Channel | None = None, **kwargs: Any) -> None:
        if channel is not None:
            kwargs["initial"] = {
                "title": channel.title,
                "name": channel.name,
                "team": channel.team.slug,
                "is_enabled": channel.is_enabled,
                "revision": channel.revision,
            }
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = teams if channel is None else Team.objects.filter(pk=channel.team_id)
        self.fields["name"].disabled = self.fields["team"].disabled = channel is not None
        if channel is None:
            del self.fields["is_enabled"], self.fields["revision"]


class ChannelFilterForm(forms.Form):
    """What narrows the list; a value nobody offers narrows nothing."""

    q = forms.CharField(required=False, max_length=120, label="Text", widget=forms.TextInput(attrs={"type": "search"}))
    team = forms.ChoiceField(required=False, label="Owner")
    kind = forms.ChoiceField(
        required=False,
        label="Kind",
        choices=[("", "All kinds"), *((kind.name, kind.title) for kind in team_kinds())],
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["team"]
        choices.choices = [("", "All teams"), *((team.slug, team.name) for team in teams)]

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        found = self.cleaned_data
        return {"text": found.get("q", ""), "team": found.get("team", ""), "kind": found.get("kind", "")}
