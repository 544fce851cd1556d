"""The shape every kind of integration has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django import forms


@dataclass(frozen=True, slots=True)
class Recipe:
    """Something to copy and paste. title: where it goes; text: with the address and the key in it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Access:
    """What a sender needs: our public address, and its key (or a word that stands for it)."""

    public_url: str
    key: str


class ConfigForm(forms.Form):
    """What one kind asks for. Fields named in `secret_fields` are stored encrypted and never shown again."""

    secret_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, stored: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(stored) & set(self.secret_fields):
            self.fields[name].help_text = "Stored, and not shown again. Leave it empty to keep it."
            self.fields[name].required = False

    def config(self) -> dict[str, Any]:
        """The cleaned values as they are stored; secrets are not among them."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.secret_fields}

    def secrets(self) -> dict[str, str]:
        """The secrets that were typed."""
        return {name: self.cleaned_data[name] for name in self.secret_fields if self.cleaned_data.get(name)}

    @classmethod
    def initial_of(cls, config: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a stored config."""
        return dict(config)


class IntegrationKind(Protocol):
    """One kind of integration. `name` is its folder; `is_pushed`: others send to an address, with a key."""

    name: str
    title: str
    description: str
    form: type[ConfigForm]
    is_pushed: bool
    icon: str

    def recipes(self, *, access: Access, config: Mapping[str, Any]) -> list[Recipe]: ...
