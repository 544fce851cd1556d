"""The form that every kind brings: what is shown, and what is stored encrypted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django import forms


def secret_widget() -> forms.PasswordInput:
    """Nothing of a secret goes back to the browser, nor into its password store."""
    return forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})


class KindForm(forms.Form):
    """Settings of one kind. Fields named in `secret_fields` are stored encrypted and never shown again.

    stored: names of the secrets there are already, whose fields may be left empty. Those of `forgettable_fields` get
    a box to drop them: their `clean_…` is called with an empty text, too. `action_fields` say what to do now and are
    not stored. `made`: secrets that were made here, to be shown once.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ()
    forgettable_fields: ClassVar[tuple[str, ...]] = ()
    action_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, stored: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = frozenset(stored)
        self.made: dict[str, str] = {}
        for name in self.stored & set(self.secret_fields):
            field = self.fields[name]
            field.help_text = "Stored, and not shown again. Leave it empty to keep it."
            field.required = False
            if name in self.forgettable_fields:
                label = f"Forget the stored {field.label}".lower().capitalize()
                self.fields[f"forget_{name}"] = forms.BooleanField(label=label, required=False)

    @classmethod
    def shown_fields(cls) -> list[str]:
        """What is stored in the open."""
        return [name for name in cls.base_fields if name not in cls.secret_fields and name not in cls.action_fields]

    def given_config(self) -> dict[str, Any]:
        """What was typed and is no secret, with what to do now."""
        return {
            name: self.data.get(self.add_prefix(name), "")
            for name in self.base_fields
            if name not in self.secret_fields
        }

    def given_secrets(self) -> dict[str, str | None]:
        """What was typed as a secret; None for a box that says to forget."""
        return {
            name: None if self.data.get(self.add_prefix(f"forget_{name}")) else self.data.get(self.add_prefix(name), "")
            for name in self.secret_fields
        }

    def merged(self, *, old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
        """The secrets to store, of the stored ones and those of the cleaned data."""
        return dict(new)

    @staticmethod
    def destination(config: Mapping[str, Any]) -> str:
        """Where secrets are sent, to tell whether an edit sends them elsewhere."""
        return ""
