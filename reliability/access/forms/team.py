"""Teams and their members."""

from __future__ import annotations

from django import forms

from reliability.access.domain.caller import Role
from reliability.access.forms.why import WhyForm
from reliability.web.field_messages import CHOICE, EMAIL, needed

ROLE_WORDS = {
    Role.VIEWER: "Viewer: reads",
    Role.RESPONDER: "Responder: reads, and acts in incidents",
    Role.EDITOR: "Editor: changes services, sources and objectives",
    Role.ADMINISTRATOR: "Administrator: also members, tokens and the audit trail",
}
ROLE_CHOICES = [(str(role.value), words) for role, words in ROLE_WORDS.items()]


class RoleField(forms.TypedChoiceField):
    """One of the four roles, as Role."""

    def __init__(self) -> None:
        super().__init__(
            label="Role",
            choices=ROLE_CHOICES,
            coerce=lambda value: Role(int(value)),
            initial=str(Role.VIEWER.value),
            error_messages=CHOICE,
        )


class TeamForm(WhyForm):
    field_order = ("name", "slug", "is_private", "reason")

    name = forms.CharField(
        max_length=120,
        label="Name",
        help_text="Example: Payments",
        error_messages=needed("write the name of the team, such as Payments"),
    )
    is_private = forms.BooleanField(
        required=False,
        initial=True,
        label="Private",
        help_text="Only members see what the team owns. An open team is readable by everybody signed in.",
    )


class NewTeamForm(TeamForm):
    slug = forms.SlugField(
        max_length=63,
        required=False,
        label="Short name",
        help_text="For addresses and the API; it stays. Made from the name when left empty. Example: payments",
        error_messages={"invalid": "use lower-case letters, digits and hyphens, such as payments"},
    )

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class MemberForm(WhyForm):
    field_order = ("email", "role", "reason")

    email = forms.EmailField(
        max_length=254, label="Email", help_text="Of a person who can sign in here.", error_messages=EMAIL
    )
    role = RoleField()


class RoleForm(forms.Form):
    """A member's new role, in the row of the member."""

    role = RoleField()
