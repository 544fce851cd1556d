"""People: the own profile, and invitations."""

from __future__ import annotations

from typing import Any

from django import forms

from reliability.access.forms.sign_in import NewPasswordForm
from reliability.access.forms.why import WhyForm
from reliability.access.models import User
from reliability.web.field_messages import EMAIL, chosen, needed
from reliability.web.zones import zone_names


class ProfileForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="Name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages=needed("write your name, such as Ada Lovelace"),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="Pages tell times in it, unless their address names another.",
        error_messages=chosen("a time zone"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in zone_names()]  # type: ignore[attr-defined]  # a ChoiceField's property


class ChangePasswordForm(NewPasswordForm):
    field_order = ("current", "password", "again")

    current = forms.CharField(
        label="Current password",
        error_messages=needed("write your current password"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.person.check_password(current):
            raise forms.ValidationError("this is not your current password")
        return current


class InviteForm(WhyForm):
    field_order = ("name", "email", "is_administrator", "reason")

    name = forms.CharField(
        max_length=120,
        label="Name",
        help_text="Example: Ada Lovelace",
        error_messages=needed("write the name, such as Ada Lovelace"),
    )
    email = forms.EmailField(max_length=254, label="Email", help_text="They sign in with it.", error_messages=EMAIL)
    is_administrator = forms.BooleanField(
        required=False,
        label="Administrator of the installation",
        help_text="May do everything in every team, and invite others.",
    )
