"""The value of one secret."""

from __future__ import annotations

from django import forms

from chaos.experiments.domain.secrets import NAME_LENGTH_MAX, VALUE_LENGTH_MAX
from reliability.web.field_messages import needed


class SecretForm(forms.Form):
    """Its names come from the document; what is typed is stored sealed and never shown again."""

    group = forms.CharField(max_length=NAME_LENGTH_MAX, widget=forms.HiddenInput)
    name = forms.CharField(max_length=NAME_LENGTH_MAX, widget=forms.HiddenInput)
    value = forms.CharField(
        max_length=VALUE_LENGTH_MAX,
        strip=False,
        label="Value",
        error_messages=needed("write the value: it is stored encrypted and never shown again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
