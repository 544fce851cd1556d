"""Who does what, who is asked to come, and what they answer."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import QuerySet

from chaos.gamedays.domain.states import Answer, RoleKind
from reliability.access.models import User
from reliability.web.field_messages import CHOICE, chosen, needed

COMMENT_MAX = 500
ADDRESSES_TEXT_MAX = 20_000
_BETWEEN = re.compile(r"[\s,;]+")

ROLES = {
    RoleKind.OWNER: "Owner: answers for it, says go",
    RoleKind.COORDINATOR: "Coordinator: begins scenarios, presses stop",
    RoleKind.REPORTER: "Reporter: writes down who noticed what when",
    RoleKind.OBSERVER: "Observer: looks on",
}


class RoleForm(forms.Form):
    prefix = "role"

    kind = forms.ChoiceField(
        label="Role", choices=[(kind.value, words) for kind, words in ROLES.items()], error_messages=CHOICE
    )
    person = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Who",
        empty_label="Somebody else, named below",
        error_messages=chosen("a person"),
    )
    name = forms.CharField(
        required=False, max_length=160, label="Name", help_text="Of somebody without an account. Example: Ines, support"
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]  # of a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and data.get("person") is None and not data.get("name"):
            self.add_error("person", "choose a person, or write a name")
        return data


class InviteForm(forms.Form):
    prefix = "invite"

    addresses = forms.CharField(
        label="Mail addresses",
        max_length=ADDRESSES_TEXT_MAX,
        help_text="One a line, or with commas. Whoever has an account is told on their own channel; others by mail. "
        "Example: ada@example.org, support@example.org",
        error_messages=needed("write at least one mail address, such as ada@example.org"),
        widget=forms.Textarea(attrs={"rows": 2, "autocapitalize": "none", "spellcheck": "false"}),
    )

    def found(self) -> list[str]:
        """Of a valid form: each address once, as typed."""
        return list(dict.fromkeys(one for one in _BETWEEN.split(self.cleaned_data["addresses"]) if one))


class AnswerForm(forms.Form):
    """Coming, perhaps, not. The button says which."""

    answer = forms.ChoiceField(
        choices=[(one.value, one.value) for one in Answer if one is not Answer.NONE], error_messages=CHOICE
    )
    comment = forms.CharField(
        required=False,
        max_length=COMMENT_MAX,
        label="A word with it",
        widget=forms.TextInput(attrs={"placeholder": "Half an hour late", "autocomplete": "off"}),
    )
