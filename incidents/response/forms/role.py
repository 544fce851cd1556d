"""Who takes a role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from incidents.response.models import IncidentRole
from reliability.access.models import User
from reliability.web.field_messages import CHOICE

ROLES = (
    (IncidentRole.Role.COMMANDER.value, "Commander: decides, hands out work"),
    (IncidentRole.Role.COMMUNICATIONS.value, "Communications: tells users and the house"),
    (IncidentRole.Role.SCRIBE.value, "Scribe: writes down what happens"),
    (IncidentRole.Role.RESPONDER.value, "Responder: works on it"),
)


class HandOverForm(forms.Form):
    """A role for somebody else."""

    role = forms.ChoiceField(label="Role", choices=ROLES, error_messages=CHOICE)
    user = forms.TypedChoiceField(
        label="To",
        coerce=int,
        error_messages={"required": "choose a person", "invalid_choice": "choose a person who may respond"},
        help_text="Members of the team who may respond.",
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = [  # type: ignore[attr-defined]  # of a ChoiceField
            ("", "Choose…"),
            *((str(person.pk), person.name or person.email) for person in people),
        ]
