"""What a policy is called, whose it is, and what follows it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import slugify

from incidents.paging.domain.policies import DESCRIPTION_LENGTH_MAX, SLUG_LENGTH_MAX, TITLE_LENGTH_MAX
from incidents.paging.forms.choices import Choices
from reliability.access.models import Team
from reliability.catalog.models import Service


class PolicyForm(forms.Form):
    """All of a policy but its steps."""

    title = forms.CharField(
        max_length=TITLE_LENGTH_MAX,
        label="Title",
        help_text="As people say it. Example: Payments, urgent",
        error_messages={"required": "write a title, such as Payments, urgent"},
    )
    slug = forms.SlugField(
        required=False,
        max_length=SLUG_LENGTH_MAX,
        label="Name",
        help_text="For addresses, the API and files; it stays. Empty: made from the title.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"invalid": "use lower-case letters, digits and hyphens, such as payments-urgent"},
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        label="Team",
        empty_label="Choose the owner",
        help_text="Its editors may change the policy; its administrators are told when nothing else is left.",
        error_messages={"required": "choose the team that owns it", "invalid_choice": "choose a team of yours"},
    )
    description = forms.CharField(
        required=False,
        max_length=DESCRIPTION_LENGTH_MAX,
        label="What it is for",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    repeat = forms.IntegerField(
        min_value=0,
        initial=1,
        label="Further passes",
        help_text="How often all steps are taken again when nobody acknowledges. 0: once is enough.",
        error_messages={"required": "write how often, 0 for never", "invalid": "write a whole number, such as 1"},
    )
    ack_timeout_minutes = forms.IntegerField(
        required=False,
        min_value=1,
        label="Acknowledgement lapses after",
        help_text="Minutes. Then the same step is told again, until it is resolved. Empty: it never lapses.",
        error_messages={"invalid": "write whole minutes, such as 30"},
    )
    is_team_default = forms.BooleanField(
        required=False, label="Default of the team: for all its incidents whose service has no policy of its own"
    )
    services = forms.ModelMultipleChoiceField(
        queryset=Service.objects.none(),
        to_field_name="name",
        required=False,
        label="Services that follow it",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "choose services of the list: %(value)s is gone, or not yours to change"},
    )
    reason = forms.CharField(
        required=False,
        max_length=2000,
        label="Why it changes",
        help_text="Kept in the audit trail. Example: agreed in the review of 3 March",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Choices, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.fields["team"].queryset = choices.teams  # type: ignore[attr-defined]  # a ModelChoiceField's property
        self.fields["services"].queryset = choices.services  # type: ignore[attr-defined]  # as above
        self.fields["repeat"].widget.attrs["max"] = settings.POLICY_REPEAT_MAX
        if is_new:
            del self.fields["reason"]
            return
        for name in ("slug", "team"):
            self.fields[name].disabled = True
        self.fields["slug"].help_text = "It stays: addresses, the API and files know it."

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower() or slugify(self.cleaned_data.get("title", ""))[:SLUG_LENGTH_MAX]
