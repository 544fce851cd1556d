"""Signing in, the first visit, and choosing a password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from reliability.web.field_messages import EMAIL, needed


class SignInForm(AuthenticationForm):
    """Django's form with our words: one answer for an unknown address, a wrong password and a closed account."""

    error_messages = {  # noqa: RUF012  Django's form declares it so
        "invalid_login": "That address and password do not match. Check both; five wrong tries lock the sign-in.",
        "inactive": "That address and password do not match. Check both; five wrong tries lock the sign-in.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Email"
        self.fields["username"].error_messages |= needed("write your email address")
        self.fields["password"].error_messages |= needed("write your password")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "maxlength": 254}
        )


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label="Password",
        error_messages=needed("write a password of at least 10 characters"),
        strip=False,
        max_length=1024,  # hashing a megabyte is work an attacker would like to give us
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters; four random words are good.",
    )
    again = forms.CharField(
        label="Password again",
        error_messages=needed("write the same password again"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError("this differs from the password above")
        return again


class SetupForm(NewPasswordForm):
    """The first visit."""

    field_order = ("name", "email", "password", "again", "team_name")

    name = forms.CharField(
        max_length=120,
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages=needed("write your name, such as Ada Lovelace"),
    )
    email = forms.EmailField(
        max_length=254,
        label="Email",
        error_messages=EMAIL,
        help_text="You sign in with it.",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    team_name = forms.CharField(
        max_length=120,
        label="First team",
        help_text="Owner of services and objectives. Example: Payments",
        error_messages=needed("write the name of a team, such as Payments"),
    )
